using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Targets;
using static FleetExporter.OpenClaw.GatewayFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>The data of one poll of a gateway. Parts without a recent answer are null.</summary>
/// <param name="RequiredChannels">Channels that the gateway must have.</param>
internal sealed record GatewayReading(ValueList<string> RequiredChannels, GatewayProbes Probes) : TargetReading
{
    public string? Version { get; init; }

    /// <summary>The version of the protocol that it speaks with the exporter.</summary>
    public int? Protocol { get; init; }

    /// <summary>By method.</summary>
    public IReadOnlyDictionary<string, GatewaySourceState> Sources { get; init; } = new Dictionary<string, GatewaySourceState>();

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Response time of <c>health</c>.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>Whether the last answer of each method could be parsed.</summary>
    public IReadOnlyList<(string Method, bool Understood)> Understood { get; init; } = [];

    public GatewayHealth? Health { get; init; }

    public GatewayStatus? Status { get; init; }

    public GatewaySystem? System { get; init; }

    public GatewayChannels? Channels { get; init; }

    public GatewaySessions? Sessions { get; init; }

    public GatewayTasks? Tasks { get; init; }

    public GatewayLanes? Lanes { get; init; }

    public GatewayCrons? Crons { get; init; }

    public GatewayCronRuns? CronRuns { get; init; }

    /// <summary>Not published as a metric.</summary>
    public GatewayAgents? Agents { get; init; }

    /// <summary>Not published as a metric.</summary>
    public GatewayConfiguration? Configuration { get; init; }

    /// <summary>From the gateway's configuration.</summary>
    public GatewayHeartbeat? Heartbeat => Configuration?.Heartbeat;

    public GatewayQuotas? Quotas { get; init; }

    public GatewayWindows? Usage { get; init; }

    public GatewayMonth? Month { get; init; }

    public GatewayInfrastructure? Infrastructure { get; init; }

    public override string Condition => $"{Probes.Ready} {Channels?.Channels.FirstOrDefault(c => c.Name == "discord")?.Up}";

    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var part in Probes.Failing)
        {
            page.Add(Failing, target, 1, ("dependency", part));
        }

        page.Add(Info, target, Version is null ? null : 1, ("version", Version ?? ""));
        page.Add(Start, target, GatewayPage.Seconds(StartedAt));
        page.Add(Rss, target, Status?.Rss ?? System?.Rss);
        page.Add(Heap, target, Status?.HeapUsed);
        var loop = Health?.EventLoop ?? System?.EventLoop;
        page.Add(LoopDegraded, target, GatewayPage.Flag(loop?.Degraded));
        page.Add(LoopDelay, target, loop?.DelayP99?.TotalSeconds);
        page.Add(LoopUtilization, target, loop?.Utilization);
        page.Add(PluginErrors, target, Health?.PluginErrors);
        GatewayPage.Write(page, target, Health?.Undelivered);
        foreach (var (method, understood) in Understood)
        {
            page.Add(Schema, target, understood ? 1 : 0, ("source", method));
        }

        GatewayPage.Write(page, target, Channels, RequiredChannels);
        GatewayPage.Write(page, target, Lanes, Quotas, Infrastructure);
        GatewayWorkPage.WriteSessions(page, target, Sessions, Usage);
        GatewayWorkPage.WriteUsage(page, target, Usage, Month);
        GatewayWorkPage.WriteCrons(page, target, Crons, CronRuns);
        GatewayWorkPage.WriteTasks(page, target, Status, Tasks);
    }
}
