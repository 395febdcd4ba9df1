using System.Globalization;
using System.Text;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Parsing;

/// <summary>Exceeding a limit fails immediately, with a message that names the limit.</summary>
public sealed class RemoteLimitsTests
{
    public static TheoryData<string, Action> TooMuch { get; } = new()
    {
        { "more than 50000 lines", () => Temperatures.Parse(Repeat("T1:::a:", 400_000)) },
        { "more than 50000 lines", () => GpuProcesses.Parse(Repeat("GPU-1, 1, a, 1 MiB", 400_000), GpuProcesses.Fields) },
        { "more than 50000 lines", () => HostVitals.Parse(Repeat("net: eth0: 1", 400_000)) },
        { "more than 1024 sensors", () => Temperatures.Parse(Repeat("T1:::a:", 2_000)) },
        { "more than 32 levels of XML", () => GpuDetails.Parse(Xml(string.Concat(Enumerable.Repeat("<a>", 200_000)))) },
        { "more than 64 GPUs", () => GpuDetails.Parse(Xml(string.Concat(Enumerable.Repeat("<gpu></gpu>", 65)))) },
        {
            "more than 64 MIG slices of a GPU",
            () => GpuDetails.Parse(Xml($"<gpu><mig_devices>{string.Concat(Enumerable.Repeat("<mig_device></mig_device>", 65))}</mig_devices></gpu>"))
        },
        { "more than 64 GPUs", () => GpuQuery.Parse(Numbered("{0}, GPU-{0}", 65), ["index", "uuid"]) },
        { "more than 4096 processes on GPUs", () => GpuProcesses.Parse(Numbered("GPU-1, {0}, a, 1 MiB", 4_097), GpuProcesses.Fields) },
        { "more than 1024 characters in a name", () => Temperatures.Parse($"T1:::a:{new string('x', 1_025)}") },
        { "more than 1024 characters in a name", () => GpuQuery.Parse($"0, GPU-{new string('x', 1_025)}", ["index", "uuid"]) },
        { "more than 1024 characters in a name", () => SystemdUnits.Parse($"U0:system\nId={new string('x', 1_025)}\nActiveState=active\n") },
        {
            "more than 1024 file systems",
            () => Filesystems.Parse(
                "Filesystem Type 1-blocks Used Available Capacity Mounted on\n" + Numbered("/dev/sda{0} ext4 100 50 50 50% /mnt/{0}", 1_025))
        },
        { "more than 100000 JSON values", () => RemoteJson.Parse(Json(100_001), RemoteLimits.JsonValues) },
        { "more than 1024 network interfaces", () => HostVitals.Parse(Numbered("net:eth{0}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0", 1_025)) },
        { "more than 1024 systemd units", () => SystemdUnits.Parse("U0:system\n" + Numbered("Id=a{0}.service\nActiveState=active\n", 1_025)) },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void Exceeding_a_limit_fails_with_its_name(string limit, Action parse) =>
        Assert.StartsWith(limit, Assert.Throws<FormatException>(parse).Message, StringComparison.Ordinal);

    [Fact]
    public void Counts_at_the_limit_are_accepted()
    {
        Assert.Equal(1_024, Temperatures.Parse(Repeat("T1:::a:", 1_024)).Sensors.DistinctBy(s => s.Sensor).Count());
        Assert.Equal(64, GpuQuery.Parse(Numbered("{0}, GPU-{0}", 64), ["index", "uuid"]).Gpus.Count);
        Assert.Equal(64, GpuDetails.Parse(Xml(string.Concat(Enumerable.Repeat("<gpu></gpu>", 64)))).Gpus.Count);
        Assert.Equal(4_096, GpuProcesses.Parse(Numbered("GPU-1, {0}, a, 1 MiB", 4_096), GpuProcesses.Fields).Processes.Count);
        using var json = RemoteJson.Parse(Json(100_000), RemoteLimits.JsonValues);
        Assert.Equal(99_998, json.RootElement.GetArrayLength());
        Assert.Equal(1_024, Tmux.Parse("U0:alice\n" + Numbered("S${0}:1767222000:0:1:1767222600::n{0}", 1_024))[0].Sessions.Count);
    }

    [Fact]
    public void A_user_with_too_many_sessions_fails_alone()
    {
        var many = Numbered("S${0}:1767222000:0:1:1767222600::n{0}", 1_025);
        var panes = "S$1:1767222000:0:1:1767222600::n\n" + Numbered("P$1:%{0}:1:0", 8_193);
        var servers = Tmux.Parse($"U0:alice\n{many}U0:bob\n{panes}U0:carol\nS$1:1767222000:0:1:1767222600::work\n");

        Assert.Equal(
            ["more than 1024 tmux sessions, the limit", "more than 8192 tmux panes, the limit", null],
            servers.Select(s => s.Message));
        Assert.Equal([CollectorFailure.Parse, CollectorFailure.Parse, null], servers.Select(s => s.Failure));
        Assert.Equal("work", Assert.Single(servers[2].Sessions).Name);
        var users = Tmux.Parse(Numbered("U0:user{0}\nS$1:1767222000:0:1:1767222600::n", 1_025));
        Assert.Equal("more than 1024 tmux sessions, the limit", Assert.Single(users, u => u.Failure is not null).Message);
    }

    [Fact]
    public void Names_that_become_equal_when_printable_stay_distinct()
    {
        var lines = new[] { "a\rb", "a\u202eb", "a\u200bb" }.Select((name, i) => $"S${i}:1767222000:0:1:1767222600::{name}\n");

        Assert.Equal(["a b", "a b 2", "a b 3"], Tmux.Parse("U0:alice\n" + string.Concat(lines))[0].Sessions.Select(s => s.Name));
    }

    [Fact]
    public void Kinds_of_xids_are_limited()
    {
        var log = Numbered("[{0}.5] NVRM: Xid (PCI:0000:3b:00): {0}, x", 1_025);
        var answer = new XidAnswer(KernelLog.ParseXids(log), 5000, DateTimeOffset.UnixEpoch);
        Assert.StartsWith(
            "more than 1024 different XID errors", Assert.Throws<FormatException>(() => XidTally.Remember(HostHistory.Empty, answer)).Message,
            StringComparison.Ordinal);
    }

    private static string Repeat(string line, int times) => string.Concat(Enumerable.Repeat(line + "\n", times));

    private static string Numbered(string line, int times) =>
        string.Concat(Enumerable.Range(1, times).Select(n =>
            line.Replace("{0}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) + "\n"));

    /// <summary>A list of numbers with this many JSON tokens, start and end included.</summary>
    private static byte[] Json(int values) => Encoding.ASCII.GetBytes($"[{string.Join(',', Enumerable.Repeat(0, values - 2))}]");

    private static string Xml(string content) => $"<?xml version=\"1.0\" ?>\n<nvidia_smi_log>{content}</nvidia_smi_log>";
}
