using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>The main figures of a gateway. Parts without a recent answer are null.</summary>
internal sealed record GatewayDetailView : TargetDetailView
{
    private const int MaxSessions = 20;

    public GatewayDetailView(TargetSnapshot? snapshot, Instant now)
        : base(snapshot, now)
    {
        var reading = snapshot?.Get<GatewayReading>(now);
        Version = Line(reading?.Version);
        StartedAt = reading?.StartedAt;
        Live = reading?.Probes.Live;
        Ready = reading?.Probes.Ready;
        Failing = [.. (reading?.Probes.Failing ?? []).Select(f => Printable.Line(f, MaxText))];
        LatencyMs = JsonNumber.Round(reading?.Latency?.TotalMilliseconds);
        MemoryMb = JsonNumber.Mebibytes(reading?.Status?.Rss ?? reading?.System?.Rss);
        PluginErrors = reading?.Health?.PluginErrors;
        Channels = reading?.Channels?.Channels.Select(c =>
            new ChannelView(c.Name, c.Enabled, c.Up, c.LastInbound, c.LastOutbound, Line(c.Bot?.Name))).ToList();
        Sessions = reading?.Sessions is { } sessions ? GatewaySessionsView.Of(sessions, MaxSessions) : null;
        Crons = reading?.Crons is { } crons ? GatewayCronsView.Of(crons.Crons, reading.CronRuns) : null;
        Tasks = reading?.Status?.Tasks;
        Undelivered = reading?.Health?.Undelivered?.Select(u => new UndeliveredView(Words.Of(u.Kind), u.Queue, u.Messages, u.Oldest)).ToList();
        Lanes = reading?.Lanes?.Lanes.Select(l => new LaneView(l.Name, l.Queued, l.Active, l.Limit)).ToList();
        Costs = reading is { Usage: null, Month: null } or null ? null : GatewayCostsView.Of(reading.Usage, reading.Month);
        Quotas = reading?.Quotas?.Quotas.Select(q => new QuotaView(q.Provider, q.Window, JsonNumber.Round(100 * q.UsedRatio), q.ResetsAt)).ToList();
    }

    public string? Version { get; }

    public DateTimeOffset? StartedAt { get; }

    public bool? Live { get; }

    public bool? Ready { get; }

    /// <summary>Components that keep it from being ready.</summary>
    public IReadOnlyList<string> Failing { get; }

    public double? LatencyMs { get; }

    public long? MemoryMb { get; }

    public int? PluginErrors { get; }

    public IReadOnlyList<ChannelView>? Channels { get; }

    public GatewaySessionsView? Sessions { get; }

    public GatewayCronsView? Crons { get; }

    /// <summary>All tasks on record, by status.</summary>
    public IReadOnlyDictionary<string, double>? Tasks { get; }

    /// <summary>Messages that did not arrive; null if the gateway reports none.</summary>
    public IReadOnlyList<UndeliveredView>? Undelivered { get; }

    public IReadOnlyList<LaneView>? Lanes { get; }

    public GatewayCostsView? Costs { get; }

    public IReadOnlyList<QuotaView>? Quotas { get; }
}

internal sealed record ChannelView(
    string Name, bool Enabled, bool? Up, DateTimeOffset? LastInboundAt, DateTimeOffset? LastOutboundAt, string? BotName);

/// <param name="ContextMaxPercent">Largest share of a model's context in use.</param>
/// <param name="Items">The most recently active ones first.</param>
internal sealed record GatewaySessionsView(long Total, long Running, double? ContextMaxPercent, IReadOnlyList<GatewaySessionView> Items)
{
    public static GatewaySessionsView Of(GatewaySessions sessions, int max) => new(
        (long)(sessions.Total ?? sessions.Sessions.Count),
        sessions.Sessions.Count(s => s.HasActiveRun == true),
        JsonNumber.Round(100 * sessions.Sessions.Max(s => s.ContextRatio)),
        [.. sessions.Sessions.OrderByDescending(s => s.UpdatedAt).Take(max).Select(s =>
            new GatewaySessionView(s.Key, s.Agent, s.Type, s.UpdatedAt, JsonNumber.Round(100 * s.ContextRatio)))]);
}

internal sealed record GatewaySessionView(string Key, string Agent, string Type, DateTimeOffset? UpdatedAt, double? ContextPercent);

/// <param name="Failing">Enabled ones whose last run failed or was aborted.</param>
internal sealed record GatewayCronsView(
    int Total, int Enabled, int Running, int Failing, DateTimeOffset? NextRunAt, IReadOnlyList<string> FailingNames)
{
    private const int MaxNames = 20;

    public static GatewayCronsView Of(IReadOnlyList<GatewayCron> crons, GatewayCronRuns? runs)
    {
        var failing = crons.Where(c => c.Enabled != false && CronHealth.SucceededOf(c, runs) == false).ToList();
        return new GatewayCronsView(
            crons.Count, crons.Count(c => c.Enabled == true), crons.Count(c => c.Running == true), failing.Count, crons.Min(c => c.NextRun),
            [.. failing.Take(MaxNames).Select(c => c.Name.Length > 0 ? c.Name : c.Id)]);
    }
}

/// <param name="Kind">A word of <see cref="UndeliveredKind"/>.</param>
/// <param name="Queue">The outbound queue, or the channel.</param>
internal sealed record UndeliveredView(string Kind, string Queue, double Messages, DateTimeOffset? OldestAt);

internal sealed record LaneView(string Name, double? Queued, double? Active, double? Limit);

/// <summary>US dollars and tokens by window: today, 7d, 30d, all; days are UTC.</summary>
/// <param name="MonthProjected">Projected cost of the month in US dollars.</param>
internal sealed record GatewayCostsView(IReadOnlyDictionary<string, double?> Usd, IReadOnlyDictionary<string, double?> Tokens, double? MonthProjected)
{
    public static GatewayCostsView Of(GatewayWindows? usage, GatewayMonth? month)
    {
        var windows = (usage?.Windows ?? []).GroupBy(w => w.Window, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => GatewayTokens.Sum(g.SelectMany(w => w.Usage.Models.Values)));
        return new GatewayCostsView(
            windows.ToDictionary(w => w.Key, w => JsonNumber.Round(w.Value.Cost, 4)), windows.ToDictionary(w => w.Key, w => w.Value.Total),
            JsonNumber.Round(month?.Projected, 4));
    }
}

internal sealed record QuotaView(string Provider, string Window, double? UsedPercent, DateTimeOffset? ResetsAt);
