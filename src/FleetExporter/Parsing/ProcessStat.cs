using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>One process from /proc/PID/stat.</summary>
/// <param name="Comm">At most 15 bytes set by the process; may contain blanks, parentheses and text that looks like columns.</param>
/// <param name="CpuSeconds">User and system time of all its threads, without ended children.</param>
/// <param name="StartTicks">Start in ticks since boot; unique together with the pid.</param>
/// <param name="RssPages">Resident pages; 0 for a zombie.</param>
internal sealed record ProcessStat(int Pid, int Ppid, string Comm, double CpuSeconds, long StartTicks, long RssPages)
{
    private const double TicksPerSecond = 100;

    /// <summary>Parses one line of /proc/PID/stat.</summary>
    /// <param name="line">
    /// pid, comm in parentheses, then columns; comm extends from the first <c>(</c> to the last <c>)</c>.
    /// </param>
    /// <param name="stat">Seconds, ticks of 1/100 s, pages. Null for other lines, and where a newline in comm splits the line.</param>
    /// <returns>Whether the line is a whole stat line. Does not throw.</returns>
    public static bool TryParse(string line, [NotNullWhen(true)] out ProcessStat? stat)
    {
        stat = null;
        var (open, close) = (line.IndexOf('('), line.LastIndexOf(')'));
        if (open < 2 || close < open || line[open - 1] != ' ' || !TryPid(line.AsSpan(0, open - 1), out var pid) || pid == 0)
        {
            return false;
        }

        // The first word after comm is column 3 (state), so column n of proc(5) is words[n - 3].
        // Only 22 are needed; the rest is not split.
        var text = line.AsSpan(close + 1);
        Span<Range> words = stackalloc Range[23];
        if (text.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) < 22
            || !TryPid(text[words[1]], out var ppid)
            || !SectionText.TryCount(text[words[11]], out var user)
            || !SectionText.TryCount(text[words[12]], out var system)
            || !SectionText.TryCount(text[words[19]], out var start)
            || !long.TryParse(text[words[21]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rss))
        {
            return false;
        }

        var seconds = (user / TicksPerSecond) + (system / TicksPerSecond);
        stat = new ProcessStat(pid, ppid, line[(open + 1)..close], seconds, start, Math.Max(0, rss));
        return true;
    }

    private static bool TryPid(ReadOnlySpan<char> text, out int pid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid);
}
