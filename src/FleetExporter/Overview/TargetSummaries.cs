using System.Globalization;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Views;

namespace FleetExporter.Overview;

/// <summary>The state of a target of any kind, as the overview needs it.</summary>
/// <param name="Attempted">Whether an attempt has ended.</param>
/// <param name="Up">Whether the last attempt succeeded.</param>
/// <param name="LatencyMs">Latency of the last attempt in milliseconds; null if it failed.</param>
/// <param name="Error">The failure in one line.</param>
internal sealed record TargetSummary(
    string Name, bool Attempted, bool Up, double? LatencyMs, int ConsecutiveFailures,
    DateTimeOffset? LastCheckedAt, DateTimeOffset? LastHealthyAt, string? Error);

/// <param name="Status">systemd's ActiveState; null while the host does not report it.</param>
internal sealed record UnitSummary(string Name, bool? Active, string? Status)
{
    /// <summary>For example <c>llama.service is failed</c>; null while the host does not report it.</summary>
    public string? Description => Status is { } state ? $"{Name} is {state}" : null;
}

/// <param name="Kind">Server kind, as in <c>providers[].kind</c>.</param>
/// <param name="Model">The first model it lists.</param>
/// <param name="Unit">Null where the provider has none.</param>
internal sealed record ProviderSummary(TargetSummary Target, Uri Url, string Kind, bool Healthy, bool Loading, ServedModel? Model, UnitSummary? Unit)
{
    /// <summary>The target's problem in one line; null when there is none, and before the first answer.</summary>
    public string? Problem => !Target.Attempted || (Healthy && !Loading) ? null : Target.Error ?? (Loading ? "loading its model" : "not healthy");
}

/// <param name="State">ok, loading or error; null before the first answer.</param>
/// <param name="Service">The name that the service reports.</param>
internal sealed record ServiceSummary(TargetSummary Target, Uri Url, string? State, string? Model, string? Service);

/// <param name="Failing">The components that the gateway reports as not ready.</param>
/// <param name="Sessions">Most recently active first; null while the gateway does not report them.</param>
/// <param name="Heartbeat">Null while the gateway does not report it.</param>
internal sealed record GatewaySummary(
    TargetSummary Target,
    bool Ok,
    IReadOnlyList<string> Failing,
    int? SessionCount,
    IReadOnlyList<SessionPart>? Sessions,
    DiscordPart? Discord,
    double StuckMessages,
    GatewayHeartbeat? Heartbeat)
{
    /// <summary>Whether messages arrive through its channels; null if unknown.</summary>
    public bool? ChannelsOk => StuckMessages > 0 ? false : Discord?.Ok;

    /// <inheritdoc cref="ProviderSummary.Problem"/>
    public string? Problem => !Target.Attempted ? null : Target.Error ?? this switch
    {
        { Ok: false, Failing.Count: > 0 } => $"not ready: {string.Join(", ", Failing)}",
        { Ok: false } => "not ready",
        { Discord.Ok: false } => "its Discord channel is down",
        { StuckMessages: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{StuckMessages:0} messages to its agents are stuck"),
        _ => null,
    };
}

/// <param name="Key">The last part of the session's key.</param>
/// <param name="SessionKey">The whole key, as in the metrics.</param>
/// <param name="AgeSeconds">Whole seconds since its last activity.</param>
internal sealed record SessionPart(string Key, string SessionKey, long? AgeSeconds)
{
    internal static SessionPart Of(GatewaySession session, DateTimeOffset now) => new(
        session.Key.Split(':')[^1] is { Length: > 0 } last ? last : session.Key,
        session.Key,
        session.UpdatedAt is { } at ? (long)Math.Max(0, (now - at).TotalSeconds) : null);
}

internal sealed record DiscordPart(bool Ok, string? BotName, string? BotId, double? LatencyMs);

/// <param name="Unit">Null where the tunnel has none.</param>
internal sealed record TunnelSummary(TargetSummary Target, HostAddress Connect, UnitSummary? Unit)
{
    /// <inheritdoc cref="ProviderSummary.Problem"/>
    public string? Problem => !Target.Attempted || Target.Up ? null : Target.Error ?? "not reachable";
}

/// <summary>Summarizes target snapshots: the only part of the overview that depends on the readings of targets.</summary>
internal static class TargetSummaries
{
    public static ProviderSummary Summarize(ProviderConfig provider, FleetState state, Instant now)
    {
        var target = Summarize(provider, state);
        var reading = target.Up ? ReadingOf<ProviderReading>(provider, state, now) : null;
        return new ProviderSummary(
            target, provider.Url, ProviderConfigView.Of(provider).Kind, Healthy: reading?.State == ServingState.Ok,
            Loading: reading?.State == ServingState.Loading,
            reading?.Models is [var first, ..] ? first : null, UnitOf(provider.Host, provider.Unit, state, now));
    }

    public static ServiceSummary Summarize(ServiceConfig service, FleetState state, Instant now)
    {
        var target = Summarize(service, state);
        var health = target.Up ? ReadingOf<ServiceReading>(service, state, now)?.Health : null;
        return new ServiceSummary(
            target, service.Url, !target.Attempted ? null : health is null ? "error" : Words.Of(health.State), health?.Model, health?.Service);
    }

    public static GatewaySummary Summarize(GatewayConfig gateway, FleetState state, Instant now)
    {
        var target = Summarize(gateway, state);
        var reading = target.Up ? ReadingOf<GatewayReading>(gateway, state, now) : null;
        var discord = reading?.Channels?.Channels.FirstOrDefault(c => c.Name == "discord");
        return new GatewaySummary(
            target,
            Ok: target.Up && reading?.Probes.Ready != false,
            reading?.Probes.Failing ?? [],
            (int?)(reading?.Sessions?.Total ?? reading?.Sessions?.Sessions.Count),
            reading?.Sessions is { } sessions
                ? [.. sessions.Sessions.OrderByDescending(s => s.UpdatedAt).Select(s => SessionPart.Of(s, now.Time))]
                : null,
            discord is null ? gateway.Channels.Contains("discord") && reading?.Channels is not null ? new DiscordPart(false, null, null, null) : null
                : new DiscordPart(discord.Up == true, discord.Bot?.Name, discord.Bot?.Id, JsonNumber.Round(discord.Bot?.Latency?.TotalMilliseconds)),
            (reading?.Health?.Undelivered ?? []).Where(u => u.Kind == UndeliveredKind.InboundStuck).Sum(u => u.Messages),
            reading?.Heartbeat);
    }

    public static TunnelSummary Summarize(TunnelConfig tunnel, FleetState state, Instant now) =>
        new(Summarize(tunnel, state), tunnel.Connect, UnitOf(tunnel.Host, tunnel.Unit, state, now));

    private static TReading? ReadingOf<TReading>(TargetConfig target, FleetState state, Instant now)
        where TReading : TargetReading => state.FindTarget(target.Name)?.Get<TReading>(now);

    /// <summary>Of a target of any kind.</summary>
    public static TargetSummary Summarize(TargetConfig target, FleetState state)
    {
        var snapshot = state.FindTarget(target.Name);
        var up = snapshot is { At: not null, Failure: null };
        return new TargetSummary(
            target.Name,
            snapshot?.At is not null,
            up,
            up ? JsonNumber.Round(snapshot!.Duration?.TotalMilliseconds) : null,
            snapshot?.ConsecutiveFailures ?? 0,
            snapshot?.At?.Time,
            snapshot?.LastSuccess?.Time,
            snapshot is { Failure: { } failure } ? $"{Words.Of(failure)}: {snapshot.Message}" : null);
    }

    private static UnitSummary? UnitOf(string host, UnitName? name, FleetState state, Instant now)
    {
        var unit = name is null ? null : state.UnitOf(host, name, now);
        return name is null ? null : new UnitSummary(name.ToString(), unit?.IsActive, unit?.ActiveState);
    }
}
