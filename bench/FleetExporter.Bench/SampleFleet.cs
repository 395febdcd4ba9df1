using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Bench;

/// <summary>Hosts with 8 H100 each, 12 tmux sessions, host values and health, made by the real collectors from captures.</summary>
internal static class SampleFleet
{
    public static readonly Instant Now = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.Zero);

    public static FleetState Of(int hosts)
    {
        var state = new FleetState();
        for (var i = 0; i < hosts; i++)
        {
            Fill(state, $"gpu-server-{i:0000}");
        }

        return state;
    }

    public static string GpuBody { get; } = GpuBodyOf(8);

    public static string HostBody { get; } = """
        cpu  3357 0 4313 1362393 0 0 0 0 0 0
        MemTotal:2113413504
        MemFree:1913413504
        MemAvailable:2013413504
        Buffers:5188
        Cached:340944
        SwapTotal:8388608
        SwapFree:8388608
        load:2.33 2.90 3.81 1/220 12345
        pressure:cpu:some avg10=0.10 avg60=0.20 avg300=0.30 total=1
        pressure:memory:some avg10=0.00 avg60=0.00 avg300=0.00 total=1
        pressure:io:some avg10=0.00 avg60=0.00 avg300=0.00 total=1
        net:  eth0: 2246692816 1 0 0 0 0 0 0 5306140 1 0 0 0 0 0 0
        """;

    public static string TmuxBody { get; } = BuildTmuxBody();

    private static readonly PollMetrics Metrics = new(new ExporterMetrics());

    /// <summary>A host that is connected and has answered nothing yet.</summary>
    /// <param name="interval">Poll interval; default 10 s.</param>
    public static HostSnapshotUpdater Record(FleetState state, string name, TimeSpan? interval = null)
    {
        var host = new HostConfig { Name = name, Address = new HostAddress(name, null), Ssh = new SshConfig { KnownHosts = "/dev/null" } };
        var clock = new FixedClock();
        var attached = new AttachedTimes();
        var record = new HostSnapshotUpdater(
            HostSnapshot.Initial(host, new PollTiming(interval ?? TimeSpan.FromSeconds(10), 3), Now), state,
            new Deriver(attached, TimeSpan.FromHours(72)),
            Metrics, clock);
        record.Connected(TimeSpan.FromMilliseconds(300));
        return record;
    }

    public static void Answer(HostSnapshotUpdater record, string collector, string body)
    {
        var section = new Section(collector, 0, 1000, TimeSpan.FromMilliseconds(5), Now.Time, body);
        var asked = CollectorCatalog.All.Single(c => c.Name == collector);
        record.Apply([new SectionResult(asked, section, Now, asked.Parse(section))], (_, bug) => throw bug);
    }

    private static void Fill(FleetState state, string name)
    {
        var record = Record(state, name);
        Answer(record, "host", HostBody);
        Answer(record, "tmux", TmuxBody);
        Answer(record, "gpu", GpuBody);
    }

    /// <summary>The section of a host with this many H100.</summary>
    public static string GpuBodyOf(int gpus)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fixtures/nvidia-smi/captures/linux-h100-590.48.01.load.query-gpu.csv"));
        var header = lines[0].Split(", ").Select(c => c.Split(' ')[0]).ToList();
        var cells = lines[1].Split(", ");
        var fields = Parsing.GpuFields.Wanted.Select(f => f.Name).Where(header.Contains).ToList();
        var rows = Enumerable.Range(0, gpus).Select(gpu => string.Join(", ", fields.Select(f => f switch
        {
            "index" => $"{gpu}",
            "uuid" => $"GPU-{gpu:00000000}-aaaa-bbbb-cccc-0123456789ab",
            _ => cells[header.IndexOf(f)],
        })));
        return $"fields={string.Join(',', fields)}\n{string.Join('\n', rows)}";
    }

    private static string BuildTmuxBody()
    {
        var sessions = Enumerable.Range(0, 12).ToList();
        return "U0:fleet\n"
            + string.Join('\n', sessions.Select(i => $"S${i}:1780300000:0:2:1780300500:1780300400:train-{i}")) + "\n"
            + string.Join('\n', sessions.Select(i => $"P${i}:%{i}:{1000 + i}:0")) + "\n\n"
            + string.Join('\n', sessions.Select(i =>
                $"{1000 + i} (python) S 1 {1000 + i} {1000 + i} 0 -1 4194304 330 0 1 0 500 40 0 0 20 0 1 0 {2864 + i} 2990080 390 "
                    + "18446744073709551615 0 0 0 0 0 0 0"));
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now.Time;

        public override long GetTimestamp() => 0;
    }
}
