using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>What the sessions that <c>sessions.usage</c> lists have used.</summary>
internal static class GatewaySessionUsage
{
    /// <summary>The limit of the request.</summary>
    private const int MaxListed = 1000;

    private const int MaxCrons = 1000;

    /// <summary>False if the gateway counts more sessions than it lists: sums over sessions are too small then.</summary>
    public static bool AreAllListed(JsonElement payload) =>
        payload.Items("sessions").Count() is var listed and < MaxListed && !(payload.Member("aggregates")?.Amount("sessionCount") > listed);

    /// <summary>By session key, cleaned.</summary>
    public static Dictionary<string, GatewayTokens> ByKey(JsonElement payload) =>
        payload.Items("sessions")
            .Select(s => (Key: GatewayName.Clean(s.Text("key")), Tokens: GatewayTokens.Of(s.Member("usage"))))
            .Where(s => s.Key is not null && s.Tokens is not null)
            .GroupBy(s => s.Key!)
            .ToDictionary(g => g.Key, g => GatewayTokens.Sum(g.Select(s => s.Tokens!)));

    /// <summary>Cost by id of the cron job, in US dollars.</summary>
    /// <returns>Null if not all sessions are listed, or there are too many jobs.</returns>
    public static Dictionary<string, decimal>? Crons(JsonElement payload)
    {
        var crons = payload.Items("sessions")
            .Select(s => (Cron: CronOf(s.Text("key")), Tokens: GatewayTokens.Of(s.Member("usage"))))
            .Where(s => s is { Cron: not null, Tokens: not null })
            .GroupBy(s => s.Cron!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(s => s.Tokens!.Usd ?? 0), StringComparer.Ordinal);
        return AreAllListed(payload) && crons.Count <= MaxCrons ? crons : null;
    }

    /// <summary>Usage of the sessions of sub-agents, by model.</summary>
    /// <returns>Null if not all sessions are listed.</returns>
    public static Dictionary<string, GatewayTokens>? Subagents(JsonElement payload) => AreAllListed(payload)
        ? TokensByModel.Sum(payload.Items("sessions")
            .Where(s => s.Text("key")?.Contains(":subagent:", StringComparison.Ordinal) == true)
            .Select(s => s.Member("usage"))
            .OfType<JsonElement>()
            .Where(u => u.ValueKind == JsonValueKind.Object)
            .Select(u => TokensByModel.Split(
                GatewayTokens.Of(u)!, u.Items("modelUsage").Select(TokensByModel.Row).OfType<(string Model, GatewayTokens Tokens)>())))
        : null;

    /// <summary>The id of the job in <c>agent:ID:cron:JOB</c>, and in <c>agent:ID:cron:JOB:run:SESSION</c> of a single run.</summary>
    internal static string? CronOf(string? key)
    {
        if (key?.Split(':', 4) is not ["agent", _, "cron", var job])
        {
            return null;
        }

        foreach (var suffix in (ReadOnlySpan<string>)[":run:", ":subagent:"])
        {
            job = job.Split(suffix, 2)[0];
        }

        return GatewayName.Clean(job);
    }
}
