using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Owners of certain processes of a host.</summary>
/// <param name="Owners">Of the processes that the login user can see; each pid once.</param>
/// <param name="AreOthersHidden">Whether /proc hides processes of other users (<c>hidepid</c>).</param>
/// <param name="IsOtherNamespace">Whether pids here are not those of the host, so that they identify nothing.</param>
internal sealed record ProcessOwners(IReadOnlyList<ProcessOwner> Owners, bool AreOthersHidden, bool IsOtherNamespace)
{
    /// <summary>The first pid namespace of every kernel, PROC_PID_INIT_INO.</summary>
    private const string InitialNamespace = "pid:[4026531836]";

    private const int MaxUserLength = 64;

    /// <summary>Parses the section <c>gpu_owners</c>.</summary>
    /// <param name="body">
    /// Lines of <c>grep -H</c>: <c>/proc/PID/stat:</c>, <c>/proc/PID/status:Uid:</c> and <c>/proc/PID/cgroup:</c>; then <c>hidden</c> where pid 1
    /// is invisible, <c>ns:</c> and the pid namespace, <c>n:UID:NAME</c> per user.
    /// </param>
    /// <returns>Processes whose user is unreadable are missing. Lines that belong to none are ignored: a process may end at any time.</returns>
    /// <exception cref="FormatException">More processes than a host may have on its GPUs.</exception>
    public static ProcessOwners Parse(string body)
    {
        var processes = new Dictionary<int, Lines>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var (hidden, other) = (false, false);
        foreach (var line in SectionText.Lines(body))
        {
            if (line.StartsWith("/proc/", StringComparison.Ordinal))
            {
                AddLine(processes, line);
            }
            else if (line.StartsWith("n:", StringComparison.Ordinal) && line.Split(':', 3) is [_, var uid, { Length: > 0 } name])
            {
                names[uid] = Printable.Line(name, MaxUserLength);
            }
            else if (line.StartsWith("ns:", StringComparison.Ordinal))
            {
                other = line[3..] != InitialNamespace;
            }
            else if (line == "hidden")
            {
                hidden = true;
            }
        }

        return new ProcessOwners([.. processes.Select(p => OwnerOf(p.Key, p.Value, names)).OfType<ProcessOwner>()], hidden, other);
    }

    private static void AddLine(Dictionary<int, Lines> processes, string line)
    {
        if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            && line[..colon].Split('/') is [_, _, var digits, var file]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            if (!processes.TryGetValue(pid, out var lines))
            {
                RemoteLimits.Check(processes.Count + 1, RemoteLimits.GpuProcesses, "processes on GPUs");
                processes[pid] = lines = new Lines();
            }

            lines.Add(file, line[(colon + 1)..]);
        }
    }

    private static ProcessOwner? OwnerOf(int pid, Lines lines, Dictionary<string, string> names)
    {
        if (lines.Uid is not { } uid)
        {
            return null;
        }

        var start = ProcessStat.TryParse(lines.Stat, out var stat) && stat.Pid == pid ? stat.StartTicks : (long?)null;

        // A name in parentheses is a word of our own.
        var user = names.GetValueOrDefault(uid) is { Length: > 0 } name && name[0] != '(' ? name : uid;
        return Cgroup.Describe(new ProcessOwner(pid, start, user), lines.Paths);
    }

    /// <summary>What was read of one process.</summary>
    private sealed class Lines
    {
        /// <summary>Hierarchies of a process; version 1 has about 12.</summary>
        private const int MaxPaths = 64;

        public string? Uid { get; private set; }

        /// <summary>A command name may contain newlines, which split the line.</summary>
        public string Stat { get; private set; } = "";

        public List<string> Paths { get; } = [];

        public void Add(string file, string text)
        {
            switch (file)
            {
                case "stat" when Stat.Length < RemoteLimits.NameLength:
                    Stat = Stat.Length == 0 ? text : $"{Stat} {text}";
                    break;
                case "status" when Uid is null && text.StartsWith("Uid:", StringComparison.Ordinal):
                    Uid = text[4..].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries) is [var real, ..]
                        && real.Length <= 10 && real.All(char.IsAsciiDigit) ? real : null;
                    break;
                case "cgroup" when Paths.Count < MaxPaths && text.Split(':', 3) is [_, _, var path]:
                    Paths.Add(path);
                    break;
                default:
                    break;
            }
        }
    }
}
