using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>The gateway's process and its tasks.</summary>
/// <param name="Version">For example 2026.9.6.</param>
/// <param name="Rss">Resident memory, bytes.</param>
/// <param name="Tasks">All tasks on record, by status.</param>
internal sealed record GatewayStatus(string? Version, double? Rss, double? HeapUsed, IReadOnlyDictionary<string, double> Tasks)
{
    /// <summary>Published statuses; others are omitted.</summary>
    public static IReadOnlyList<string> TaskStatuses { get; } = ["queued", "running", "succeeded", "failed", "timed_out", "cancelled", "lost"];

    /// <summary>Parses the answer of <c>status</c>.</summary>
    /// <exception cref="FormatException">Neither <c>runtimeVersion</c> nor <c>tasks</c> is there.</exception>
    /// <remarks>Tested with 2026.5.28 (no <c>processMemory</c>) and 2026.9.6.</remarks>
    public static GatewayStatus Parse(JsonElement payload)
    {
        payload.RequireObject("status");
        var version = GatewayName.Clean(payload.Text("runtimeVersion"));
        var tasks = payload.Member("tasks")?.Member("byStatus");
        if (version is null && tasks is null)
        {
            throw new FormatException("status: neither 'runtimeVersion' nor 'tasks.byStatus'");
        }

        var memory = payload.Member("processMemory");
        return new GatewayStatus(
            version,
            memory?.Amount("rssBytes"),
            memory?.Amount("heapUsedBytes"),
            tasks.Pairs().Where(p => TaskStatuses.Contains(p.Name) && p.Value.Amount() is not null)
                .DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value.Amount()!.Value));
    }
}
