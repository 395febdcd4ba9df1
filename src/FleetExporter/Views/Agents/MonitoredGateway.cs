using FleetExporter.OpenClaw;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views.Agents;

/// <summary>A gateway as it is known now, and what its answers to one method are worth.</summary>
/// <param name="Reading">Null without a fresh one.</param>
internal sealed record MonitoredGateway(TargetSnapshot Snapshot, GatewayReading? Reading)
{
    public string Name => Snapshot.Target.Name;

    /// <summary>All gateways by name.</summary>
    public static IEnumerable<MonitoredGateway> All(FleetState state, Instant now) => state.Targets
        .Where(t => t.Target is GatewayConfig)
        .Select(t => new MonitoredGateway(t, t.Get<GatewayReading>(now)));

    /// <summary>When it answered this method, or why there is no answer.</summary>
    public MonitoredPart PartOf(string method) => PartOf(Reading?.Sources.GetValueOrDefault(method));

    private MonitoredPart PartOf(GatewaySourceState? source) => new(
        Name,
        Snapshot.Target.Host,
        source?.AnsweredAt,
        source is { AnsweredAt: not null } ? null
        : Snapshot.Failure is { } failure ? Words.Of(failure)
        : Words.Of(source?.Gap ?? GatewayGap.Waiting));
}

/// <param name="At">When the gateway told this; null where it did not.</param>
/// <param name="Reason">
/// Why the values are null: <c>waiting</c>, <c>unsupported</c>, <c>unknown_shape</c>, <c>stale</c>, or the reason for which the gateway fails. Null
/// where they are known.
/// </param>
internal sealed record MonitoredPart(string Gateway, string Host, DateTimeOffset? At, string? Reason);
