using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Events;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using FleetExporter.Store;

namespace FleetExporter.Tests.Events;

/// <summary>One host, <c>a</c>, seen once a second by the recorder's parts; and the events that they add.</summary>
internal sealed class EventFixture
{
    private static readonly Instant Start = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero);

    private readonly List<FleetEvent> _events = [];

    public EventFixture()
    {
        Known = new KnownStates((subject, state) => Stored[subject] = state);
        Host = HostSnapshot.Initial(
            new HostConfig { Name = "a", Ssh = new SshConfig { KnownHosts = "/k" } }, new PollTiming(TimeSpan.FromSeconds(10), 3), Start);
    }

    /// <summary>As in the store; null is deleted.</summary>
    public Dictionary<string, SubjectState?> Stored { get; } = new(StringComparer.Ordinal);

    public KnownStates Known { get; private set; }

    public Instant Now { get; private set; } = Start;

    public HostSnapshot Host { get; set; }

    public EventContext Context => new(Known, Now, _events.Add);

    /// <summary>Who killed a session.</summary>
    public string? Killer { get; set; }

    /// <summary>The events since the last call: kind, severity, subject, states and reason, each <c>-</c> where there is none.</summary>
    public IReadOnlyList<string> Take()
    {
        List<string> lines =
        [
            .. _events.Select(e => $"{Words.Of(e.Kind)} {Words.Of(e.Severity)} {e.Subject} {e.From ?? "-"} {e.To ?? "-"} {e.Reason ?? "-"}"),
        ];
        _events.Clear();
        return lines;
    }

    /// <summary>The sentences since the last call.</summary>
    public IReadOnlyList<string> TakeTexts()
    {
        List<string> texts = [.. _events.Select(e => e.Text)];
        _events.Clear();
        return texts;
    }

    public FleetEvent TakeOne()
    {
        var one = Assert.Single(_events);
        _events.Clear();
        return one;
    }

    /// <summary>The recorder compares the host as it is now.</summary>
    public EventFixture Look(double after = 1)
    {
        Now += TimeSpan.FromSeconds(after);
        HostChanges.Record(Host, Context);
        CollectorChanges.Record(Host, Context);
        GpuChanges.Record(Host, Context);
        GpuUseChanges.RecordXids(Host, Context);
        GpuUseChanges.RecordRelease(Host, Context);
        SessionChanges.Record(Host, Context, (_, _, _) => Killer);
        return this;
    }

    /// <summary>Another run of the exporter, which knows what is stored and has just begun to watch the host.</summary>
    public EventFixture Restart(double after = 0)
    {
        Now += TimeSpan.FromSeconds(after);
        Known = new KnownStates((subject, state) => Stored[subject] = state);
        Known.Load(LastSeen.Of([.. Stored.Values.OfType<SubjectState>()]));
        Host = HostSnapshot.Initial(Host.Host, Host.Timing, Now);
        return this;
    }

    public EventFixture Connected(string boot = "one")
    {
        Host = Host with
        {
            Connection = new ConnectionState(true, null, null, Now),
            LastSeen = Now,
            History = Host.History with { BootId = boot },
        };
        return this;
    }

    public EventFixture Disconnected(SshFailure reason = SshFailure.Timeout)
    {
        Host = Host with { Connection = new ConnectionState(false, reason, "no answer for 5 s", Now) };
        return this;
    }

    /// <summary>A collector answers now.</summary>
    public EventFixture Answers(string collector, Reading? reading = null)
    {
        var outcome = new CollectorOutcome { Collector = collector, At = Now, Reading = reading, ReadingAt = Now, LastSuccess = Now };
        Host = Host with { Outcomes = Host.Outcomes.With(outcome), LastSeen = Now };
        return this;
    }

    public EventFixture Fails(string collector, CollectorFailure reason = CollectorFailure.Parse)
    {
        var outcome = new CollectorOutcome { Collector = collector, At = Now, Failure = reason, Message = "no \u001b[31m number" };
        Host = Host with { Outcomes = Host.Outcomes.With(outcome) };
        return this;
    }

    /// <summary>tmux of the user ann lists these sessions, each <c>id:name</c>.</summary>
    public EventFixture Sessions(params string[] sessions)
    {
        var server = new TmuxServer("ann", [.. sessions.Select(s => s.Split(':')).Select(s => new TmuxSession
        {
            Id = s[0],
            Name = s[1],
            Created = Start.Time.AddHours(-1),
            Activity = Start.Time,
            AttachedClients = 0,
            Windows = 1,
        })]);
        return Answers("tmux", new TmuxReading([new TmuxServerState(server, [])], Now.Time));
    }

    /// <summary>The GPUs, each <c>index=uuid</c>, with <c>!</c> behind a lost one and <c>?</c> behind one that needs a reset.</summary>
    public EventFixture Gpus(params string[] gpus) => Gpus(0, gpus);

    public EventFixture Gpus(int missing, params string[] gpus) => Answers("gpu", new GpuReading(
        [
            .. gpus.Select(g => g.TrimEnd('!', '?').Split('=') is var s ? new Gpu
            {
                Index = int.Parse(s[0], System.Globalization.CultureInfo.InvariantCulture),
                Uuid = s[1].Length > 0 ? s[1] : null,
                PciBusId = "0000:0" + s[0],
                Fault = g.EndsWith('!') ? GpuFault.Lost : g.EndsWith('?') ? GpuFault.ResetRequired : null,
            } : null!),
        ], missing, null));

    /// <summary>The kernel log has had these XIDs, each <c>bus code seconds</c>.</summary>
    public EventFixture Xids(params (string Bus, int Code, double Seconds)[] xids)
    {
        Host = Host with { History = Host.History with { XidUptime = xids.Length > 0 ? xids.Max(x => x.Seconds) : -1 } };
        var gpus = Host.Get<GpuReading>(Now)?.Gpus;
        return Answers("xid", new XidReading(1000, Now.Time, [.. xids.Select(x => new XidCount(x.Bus, x.Code, 1, x.Seconds))], gpus));
    }
}
