using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>A process among those of a host that use the most.</summary>
/// <param name="Cpus">CPUs it used between two readings; null without a recent reading before.</param>
/// <param name="MemoryPages">Resident pages.</param>
/// <param name="User">Null where the host's ps does not tell.</param>
/// <param name="Command">The command line as its ps prints it; where it does not, at most 15 bytes set by the process.</param>
internal sealed record TopProcess(int Pid, double? Cpus, long MemoryPages, string? User, string Command);

/// <summary>The processes of a host that use the most CPU or memory.</summary>
internal static class ProcessTable
{
    private const int MaxProcesses = 64;
    private const int MaxUserLength = 64;
    private const int MaxCommandLength = 300;
    private const double TicksPerSecond = 100;

    /// <summary>A reading before this is too old to tell how much CPU is used now.</summary>
    private const double MaxSeconds = 120;

    /// <summary>Parses the section <c>processes</c>.</summary>
    /// <param name="body">
    /// A line <c>window SECONDS</c> with the time since the last reading, empty for the first; then <c>t PID TICKS PAGES COMM</c> per process, and
    /// <c>p PID USER COMMAND</c> for those that ps knows.
    /// </param>
    /// <returns>At most 64, in the order of the output.</returns>
    /// <exception cref="FormatException">The first line is missing.</exception>
    public static IReadOnlyList<TopProcess> Parse(string body)
    {
        double? seconds = null;
        var hasWindow = false;
        var top = new Dictionary<int, TopProcess>();
        foreach (var line in SectionText.Lines(body))
        {
            if (line.StartsWith("window", StringComparison.Ordinal))
            {
                hasWindow = true;
                seconds = SectionText.TryReal(line.AsSpan(6).Trim(), out var value) && value is > 0 and < MaxSeconds ? value : null;
            }
            else if (line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries) is ["t", var id, var ticks, var pages, var comm]
                && top.Count < MaxProcesses && TryPid(id, out var pid)
                && SectionText.TryCount(ticks, out var used) && SectionText.TryCount(pages, out var resident))
            {
                top[pid] = new TopProcess(pid, used / TicksPerSecond / seconds, resident, null, Printable.Line(comm, MaxCommandLength));
            }
            else if (line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries) is ["p", var of, var user, var command]
                && TryPid(of, out var known) && top.TryGetValue(known, out var process))
            {
                top[known] = process with { User = Printable.Line(user, MaxUserLength), Command = Printable.Line(command, MaxCommandLength) };
            }
        }

        return hasWindow
            ? [.. top.Values]
            : throw new FormatException($"processes: no window in the output, which begins with {SectionText.Quote(body)}");
    }

    private static bool TryPid(string text, out int pid) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid);
}
