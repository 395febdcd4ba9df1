using FleetExporter.Api;
using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using FleetExporter.Views;

namespace FleetExporter.Overview;

/// <summary>What the overview needs to know of every target alike.</summary>
/// <param name="Asked">Whether an attempt has ended.</param>
/// <param name="Up">Whether the last one succeeded.</param>
/// <param name="LatencyMs">Of the last attempt; null when it failed.</param>
/// <param name="Error">What failed, in one line.</param>
internal sealed record TargetFacts(
    string Name, bool Asked, bool Up, double? LatencyMs, int ConsecutiveFailures,
    DateTimeOffset? LastCheckedAt, DateTimeOffset? LastHealthyAt, string? Error);

/// <param name="Status">systemd's ActiveState; null while the host does not tell.</param>
internal sealed record UnitFacts(string Name, bool? Active, string? Status)
{
    /// <summary>For example <c>llama.service is failed</c>; null while the host does not tell.</summary>
    public string? Description => Status is { } state ? $"{Name} is {state}" : null;
}

/// <param name="Kind">What it speaks, as fleet.yml names it.</param>
/// <param name="Model">The first that it lists.</param>
/// <param name="Unit">Null where the provider has none.</param>
internal sealed record ProviderFacts(TargetFacts Target, Uri Url, string Kind, bool Healthy, bool Loading, ServedModel? Model, UnitFacts? Unit)
{
    /// <summary>What is wrong, in one line; null when nothing is, and before the first answer.</summary>
    public string? Problem => !Target.Asked || (Healthy && !Loading) ? null : Target.Error ?? (Loading ? "loads its model" : "not healthy");
}

/// <param name="State">ok, loading or error; null before the first answer.</param>
/// <param name="Service">What the service calls itself.</param>
internal sealed record ServiceFacts(TargetFacts Target, Uri Url, string? State, string? Model, string? Service);

/// <param name="Failing">What the gateway itself names as not ready.</param>
/// <param name="Sessions">The last active first; null while the gateway does not tell.</param>
/// <param name="Heartbeat">Null while the gateway does not tell.</param>
internal sealed record GatewayFacts(
    TargetFacts Target,
    bool Ok,
    IReadOnlyList<string> Failing,
    int? SessionCount,
    IReadOnlyList<SessionPart>? Sessions,
    DiscordPart? Discord,
    GatewayHeartbeat? Heartbeat)
{
    /// <inheritdoc cref="ProviderFacts.Problem"/>
    public string? Problem => !Target.Asked ? null : Target.Error ?? this switch
    {
        { Ok: false, Failing.Count: > 0 } => $"not ready: {string.Join(", ", Failing)}",
        { Ok: false } => "not ready",
        { Discord.Ok: false } => "its Discord channel is down",
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
internal sealed record TunnelFacts(TargetFacts Target, HostAddress Connect, UnitFacts? Unit)
{
    /// <inheritdoc cref="ProviderFacts.Problem"/>
    public string? Problem => !Target.Asked || Target.Up ? null : Target.Error ?? "not reachable";
}

/// <summary>Takes facts out of snapshots: the only place of the overview that knows readings of targets. In the order of fleet.yml.</summary>
internal static class Facts
{
    public static ProviderFacts Of(ProviderConfig provider, FleetState state, Instant now)
    {
        var target = TargetOf(provider, state);
        var reading = target.Up ? ReadingOf<ProviderReading>(provider, state, now) : null;
        return new ProviderFacts(
            target, provider.Url, ProviderView.Of(provider).Kind, Healthy: reading?.State == ServingState.Ok,
            Loading: reading?.State == ServingState.Loading,
            reading?.Models is [var first, ..] ? first : null, UnitOf(provider.Host, provider.Unit, state, now));
    }

    public static ServiceFacts Of(ServiceConfig service, FleetState state, Instant now)
    {
        var target = TargetOf(service, state);
        var health = target.Up ? ReadingOf<ServiceReading>(service, state, now)?.Health : null;
        return new ServiceFacts(
            target, service.Url, !target.Asked ? null : health is null ? "error" : Words.Of(health.State), health?.Model, health?.Service);
    }

    public static GatewayFacts Of(GatewayConfig gateway, FleetState state, Instant now)
    {
        var target = TargetOf(gateway, state);
        var reading = target.Up ? ReadingOf<GatewayReading>(gateway, state, now) : null;
        var discord = reading?.Channels?.Channels.FirstOrDefault(c => c.Name == "discord");
        return new GatewayFacts(
            target,
            Ok: target.Up && reading?.Probes.Ready != false,
            reading?.Probes.Failing ?? [],
            (int?)(reading?.Sessions?.Total ?? reading?.Sessions?.Sessions.Count),
            reading?.Sessions is { } sessions
                ? [.. sessions.Sessions.OrderByDescending(s => s.UpdatedAt).Select(s => SessionPart.Of(s, now.Time))]
                : null,
            discord is null ? gateway.Channels.Contains("discord") && reading?.Channels is not null ? new DiscordPart(false, null, null, null) : null
                : new DiscordPart(discord.Up == true, discord.Bot?.Name, discord.Bot?.Id, GpuView.Round(discord.Bot?.Latency?.TotalMilliseconds)),
            reading?.Heartbeat);
    }

    public static TunnelFacts Of(TunnelConfig tunnel, FleetState state, Instant now) =>
        new(TargetOf(tunnel, state), tunnel.Connect, UnitOf(tunnel.Host, tunnel.Unit, state, now));

    private static TReading? ReadingOf<TReading>(TargetConfig target, FleetState state, Instant now)
        where TReading : TargetReading => state.FindTarget(target.Name)?.Get<TReading>(now);

    private static TargetFacts TargetOf(TargetConfig target, FleetState state)
    {
        var snapshot = state.FindTarget(target.Name);
        var up = snapshot is { At: not null, Failure: null };
        return new TargetFacts(
            target.Name,
            snapshot?.At is not null,
            up,
            up ? GpuView.Round(snapshot!.Duration.TotalMilliseconds) : null,
            snapshot?.ConsecutiveFailures ?? 0,
            snapshot?.At?.Time,
            snapshot?.LastSuccess?.Time,
            snapshot is { Failure: { } failure } ? $"{Words.Of(failure)}: {snapshot.Message}" : null);
    }

    private static UnitFacts? UnitOf(string host, UnitName? name, FleetState state, Instant now)
    {
        var unit = name is null ? null : state.UnitOf(host, name, now);
        return name is null ? null : new UnitFacts(name.ToString(), unit?.IsActive, unit?.ActiveState);
    }
}
