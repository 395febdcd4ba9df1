using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Load of the event loop, the single thread of the gateway. Ratios are of one core.</summary>
/// <param name="DelayP99">Delay of timers, 99th percentile.</param>
internal sealed record GatewayEventLoop(bool? Degraded, TimeSpan? DelayP99, TimeSpan? DelayMax, double? Utilization)
{
    internal static GatewayEventLoop? Of(JsonElement payload) => payload.Member("eventLoop") is { ValueKind: JsonValueKind.Object } loop
        ? new(loop.Flag("degraded"), loop.Milliseconds("delayP99Ms"), loop.Milliseconds("delayMaxMs"), loop.Amount("utilization"))
        : null;
}

/// <summary>The overall health of the gateway.</summary>
/// <param name="SessionCount">Sessions of all agents.</param>
/// <param name="PluginErrors">Plugins that failed to load.</param>
/// <param name="Undelivered">Null if the gateway reports none.</param>
internal sealed record GatewayHealth(
    double? SessionCount, int? PluginErrors, GatewayEventLoop? EventLoop, IReadOnlyList<GatewayUndelivered>? Undelivered = null)
{
    /// <summary>Parses the answer of <c>health</c>. Its <c>ok</c> is always true.</summary>
    /// <returns>Missing members are null.</returns>
    /// <exception cref="FormatException">Neither <c>ts</c> nor <c>agents</c> is there: not this method's answer.</exception>
    /// <remarks>Tested with 2026.5.28 (no <c>plugins</c>) and 2026.9.6.</remarks>
    public static GatewayHealth Parse(JsonElement payload)
    {
        payload.RequireObject("health");
        if (payload.Moment("ts") is null || payload.Member("agents") is not { ValueKind: JsonValueKind.Array })
        {
            throw new FormatException("health: no 'ts' or no list 'agents'");
        }

        var counts = payload.Items("agents").Select(a => a.Member("sessions")?.Amount("count")).ToList();
        var plugins = payload.Member("plugins")?.Member("errors");
        return new GatewayHealth(
            counts.Count > 0 && counts.All(c => c is not null) ? counts.Sum() : payload.Member("sessions")?.Amount("count"),
            plugins is { ValueKind: JsonValueKind.Array } errors ? errors.GetArrayLength() : null,
            GatewayEventLoop.Of(payload),
            GatewayUndelivered.Of(payload));
    }
}
