using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>A lane (queue) of runs.</summary>
/// <param name="Limit">Maximum concurrent runs.</param>
internal sealed record GatewayLane(string Name, double? Queued, double? Active, double? Limit);

/// <summary>The lanes of the gateway.</summary>
internal sealed record GatewayLanes(IReadOnlyList<GatewayLane> Lanes)
{
    /// <summary>Parses the answer of <c>diagnostics.lanes</c>.</summary>
    /// <returns>The fixed lanes; the lanes of single sessions are summed as <c>dynamic</c>.</returns>
    /// <exception cref="FormatException">No list <c>lanes</c>, or no lane with a name.</exception>
    /// <remarks>Tested with 2026.9.6; 2026.5.28 does not have it.</remarks>
    public static GatewayLanes Parse(JsonElement payload)
    {
        const string method = "diagnostics.lanes";
        payload.RequireObject(method);
        var lanes = GatewayJson.Rows(
            payload.RequireList("lanes", method), l => GatewayName.Clean(l.Text("lane")) is { } name ? Lane(name, l) : null, method);
        return new GatewayLanes([.. lanes.Concat(payload.Member("dynamic") is { ValueKind: JsonValueKind.Object } d ? [Lane("dynamic", d)] : [])
            .DistinctBy(l => l.Name)]);
    }

    private static GatewayLane Lane(string name, JsonElement of) =>
        new(name, of.Amount("queuedCount"), of.Amount("activeCount"), of.Amount("maxConcurrent"));
}
