using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>A queue of runs.</summary>
/// <param name="Limit">Runs at once.</param>
internal sealed record GatewayLane(string Name, double? Queued, double? Active, double? Limit);

/// <summary>The queues in which runs wait.</summary>
internal sealed record GatewayLanes(IReadOnlyList<GatewayLane> Lanes)
{
    /// <summary>Parses the answer of <c>diagnostics.lanes</c>.</summary>
    /// <returns>The fixed lanes; those that come and go with sessions together as <c>dynamic</c>.</returns>
    /// <exception cref="FormatException">No list <c>lanes</c>, or no lane with a name.</exception>
    /// <remarks>Seen: 2026.9.6; 2026.5.28 does not have it.</remarks>
    public static GatewayLanes Parse(JsonElement payload)
    {
        const string method = "diagnostics.lanes";
        payload.DemandObject(method);
        var lanes = GatewayJson.Rows(
            payload.Demand("lanes", method), l => GatewayName.Clean(l.Text("lane")) is { } name ? Lane(name, l) : null, method);
        return new GatewayLanes([.. lanes.Concat(payload.Member("dynamic") is { ValueKind: JsonValueKind.Object } d ? [Lane("dynamic", d)] : [])
            .DistinctBy(l => l.Name)]);
    }

    private static GatewayLane Lane(string name, JsonElement of) =>
        new(name, of.Amount("queuedCount"), of.Amount("activeCount"), of.Amount("maxConcurrent"));
}

/// <summary>The agents that are configured.</summary>
/// <param name="Ids">As the gateway writes them: they are sent back to it.</param>
internal sealed record GatewayAgents(IReadOnlyList<string> Ids)
{
    /// <summary>Parses the answer of <c>agents.list</c>.</summary>
    /// <exception cref="FormatException">No list <c>agents</c>, or no agent with an id.</exception>
    /// <remarks>Seen: 2026.5.28 and 2026.9.6.</remarks>
    public static GatewayAgents Parse(JsonElement payload)
    {
        const string method = "agents.list";
        payload.DemandObject(method);
        return new GatewayAgents([.. GatewayJson.Rows(
            payload.Demand("agents", method), a => a.Text("id") is { Length: > 0 and <= 256 } id && !id.Any(char.IsControl) ? id : null,
            method).Distinct()]);
    }
}
