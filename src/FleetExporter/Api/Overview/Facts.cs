using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Api.Overview;

/// <summary>What the overview needs to know of every target alike.</summary>
/// <param name="Asked">Whether an attempt has ended.</param>
/// <param name="Up">Whether the last one succeeded.</param>
/// <param name="LatencyMs">Of the last attempt; null when it failed.</param>
/// <param name="Error">What failed, in one line.</param>
public sealed record TargetFacts(string Name, bool Asked, bool Up, double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastCheckedAt, DateTimeOffset? LastHealthyAt, string? Error);

/// <param name="Status">systemd's ActiveState; null while the host does not tell.</param>
public sealed record UnitFacts(string Name, bool? Active, string? Status);

/// <param name="Kind">What it speaks, as fleet.yml names it.</param>
/// <param name="Unit">Null where the provider has none.</param>
public sealed record ProviderFacts(TargetFacts Target, Uri Url, string Kind, bool Healthy, bool Loading, string? Model, UnitFacts? Unit);

/// <param name="State">ok, loading or error; null before the first answer.</param>
/// <param name="Service">What the service calls itself.</param>
public sealed record ServiceFacts(TargetFacts Target, Uri Url, string? State, string? Model, string? Service);

public sealed record GatewayFacts(TargetFacts Target, bool Ok, int? SessionCount, IReadOnlyList<SessionPart>? Sessions, DiscordPart? Discord);

public sealed record SessionPart(string Key, double? AgeSeconds);

public sealed record DiscordPart(bool Ok, string? BotName, string? BotId, double? LatencyMs);

/// <param name="Unit">Null where the tunnel has none.</param>
public sealed record TunnelFacts(TargetFacts Target, HostAddress Connect, UnitFacts? Unit);

/// <summary>Takes facts out of snapshots: the only place of the overview that knows readings of targets. In the order of fleet.yml.</summary>
public static class Facts
{
    public static ProviderFacts Of(ProviderConfig provider, FleetState state, Instant now)
    {
        var target = TargetOf(provider, state);
        var reading = target.Up ? ReadingOf<ProviderReading>(provider, state, now) : null;
        return new ProviderFacts(
            target, provider.Url, ProviderView.Of(provider).Kind, Healthy: reading?.State == ServingState.Ok, Loading: reading?.State == ServingState.Loading,
            reading?.Models is [var first, ..] ? first.Id : null, UnitOf(provider.Host, provider.Unit, state, now));
    }

    public static ServiceFacts Of(ServiceConfig service, FleetState state, Instant now)
    {
        var target = TargetOf(service, state);
        var health = target.Up ? ReadingOf<ServiceReading>(service, state, now)?.Health : null;
        return new ServiceFacts(target, service.Url, !target.Asked ? null : health is null ? "error" : Words.Of(health.State), health?.Model, health?.Service);
    }

    public static GatewayFacts Of(GatewayConfig gateway, FleetState state, Instant now)
    {
        var target = TargetOf(gateway, state);
        var reading = target.Up ? ReadingOf<GatewayReading>(gateway, state, now) : null;
        var discord = reading?.Channels?.Channels.FirstOrDefault(c => c.Name == "discord");
        return new GatewayFacts(
            target,
            Ok: target.Up && reading?.Probes.Ready != false,
            (int?)(reading?.Sessions?.Total ?? reading?.Sessions?.Sessions.Count),
            reading?.Sessions is { } sessions ? [.. sessions.Sessions.Select(s => new SessionPart(s.Key, s.UpdatedAt is { } at ? GpuView.Round(Math.Max(0, (now.Time - at).TotalSeconds)) : null))] : null,
            discord is null ? gateway.Channels.Contains("discord") && reading?.Channels is not null ? new DiscordPart(false, null, null, null) : null
                : new DiscordPart(discord.Up == true, discord.Bot?.Name, discord.Bot?.Id, GpuView.Round(discord.Bot?.Latency?.TotalMilliseconds)));
    }

    public static TunnelFacts Of(TunnelConfig tunnel, FleetState state, Instant now) =>
        new(TargetOf(tunnel, state), tunnel.Connect, UnitOf(tunnel.Host, tunnel.Unit, state, now));

    private static TReading? ReadingOf<TReading>(TargetConfig target, FleetState state, Instant now)
        where TReading : Reading => state.FindTarget(target.Name)?.Get<TReading>(now);

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
