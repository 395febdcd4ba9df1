using System.Text;

namespace FleetExporter.Tests.Parsing;

/// <summary>Captures of /proc, df, systemctl and tmux, and the sections that the sampler would produce from them.</summary>
internal static class HostCapture
{
    public const string ProcStatLine = "cpu  98107 219 60937 275860 910 0 506 259 0 0\n";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    public static string Proc(string name) => File.ReadAllText(Path.Combine(Root, "proc", name), Utf8);

    public static string Tmux(string name) => File.ReadAllText(Path.Combine(Root, "tmux", name), Utf8);

    public static IEnumerable<string> All() =>
        new[] { "proc", "tmux" }
            .SelectMany(static d => Directory.EnumerateFiles(Path.Combine(Root, d), "*", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(static f => File.ReadAllText(f, Utf8));

    /// <summary>The section <c>host</c> of the machine the vm captures were made on.</summary>
    public static string Host(string stat = "vm-2cpu.proc-stat.t0.txt") =>
        Proc(stat).Split('\n')[0] + "\n"
        + Proc("vm.proc-meminfo.txt")
        + "hugepages:2048:16:4\nhugepages:1048576:2:1\n"
        + "load:" + Proc("vm.proc-loadavg.txt")
        + "pressure:cpu:some avg10=0.00 avg60=0.12 avg300=5.00 total=123\n"
        + "pressure:cpu:full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
        + "pressure:io:some avg10=100.00 avg60=50.00 avg300=25.00 total=99\n"
        + Prefixed("net:", Proc("vm.proc-net-dev.txt"));

    /// <summary>The section <c>host</c> with one meminfo capture.</summary>
    public static string HostWithMemory(string meminfo) => ProcStatLine + meminfo;

    /// <summary>The block of one user; the captures lack last_attached, which goes before the name.</summary>
    public static string TmuxBlock(string lastAttached = "") =>
        "U0:alice\n"
        + string.Concat(Rows("list-sessions.colon-name-last.txt").Select(static r => r.Split(':', 6))
            .Select(c => Invariant($"S{string.Join(':', c[..5])}:{lastAttached}:{c[5]}\n")))
        + string.Concat(Rows("list-panes.colon-name-last.txt").Select(static r => Invariant($"P{string.Join(':', r.Split(':', 7)[..4])}\n")));

    /// <summary>A complete stat line.</summary>
    public static string Stat(int pid, int ppid, string comm = "bash", int user = 100, int system = 50, int start = 777, int rss = 10) =>
        Invariant($"{pid} ({comm}) S {ppid} {pid} {pid} 0 -1 4194304 1 0 0 0 {user} {system} 0 0 20 0 1 0 {start} 18567168 {rss} ")
            + "18446744073709551615 1 1\n";

    private static IEnumerable<string> Rows(string name) => Tmux(name).Split('\n').Where(static r => r.Length > 0);

    private static string Prefixed(string prefix, string text) =>
        string.Concat(text.Split('\n').Where(static l => l.Length > 0).Select(l => prefix + l + "\n"));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
