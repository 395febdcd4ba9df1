using System.Globalization;
using System.Runtime.InteropServices;

namespace FleetExporter.IntegrationTests.Parts;

internal enum Signal
{
    Hup = 1,
    Int = 2,
    Kill = 9,
    Term = 15,
    Cont = 18,
    Stop = 19,
}

/// <summary>A process as /proc shows it.</summary>
/// <param name="State">R, S, D, T, Z …</param>
internal sealed record ProcessEntry(int Pid, string Name, char State, int Parent, uint Uid, string CommandLine);

/// <summary>The machine's processes, from /proc.</summary>
internal static class Processes
{
    /// <summary>Running processes, without zombies.</summary>
    public static List<ProcessEntry> All()
    {
        List<ProcessEntry> all = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { State: not 'Z' } entry)
            {
                all.Add(entry);
            }
        }

        return all;
    }

    public static List<ProcessEntry> OfUser(uint uid) => [.. All().Where(p => p.Uid == uid)];

    /// <summary>The descendants of a process.</summary>
    public static List<ProcessEntry> Below(int pid)
    {
        var all = All();
        List<ProcessEntry> found = [];
        var parents = new Queue<int>([pid]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in all.Where(p => p.Parent == parent))
            {
                found.Add(child);
                parents.Enqueue(child.Pid);
            }
        }

        return found;
    }

    /// <summary>The paths of the files that a process has open; empty when it has ended.</summary>
    public static List<string> OpenFiles(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public static bool Send(int pid, Signal signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        return Kill(pid, (int)signal) == 0;
    }

    private static ProcessEntry? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var open = stat.IndexOf('(', StringComparison.Ordinal);
            var close = stat.LastIndexOf(')');
            var rest = stat[(close + 2)..].Split(' ');
            var uid = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            return new ProcessEntry(
                pid, stat[(open + 1)..close], rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture),
                uint.Parse(uid, CultureInfo.InvariantCulture),
                File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
