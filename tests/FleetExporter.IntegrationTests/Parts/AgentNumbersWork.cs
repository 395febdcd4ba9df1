using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Work of two agents, for comparing numbers: turns, a sub-agent, a failed turn, cron jobs that succeed, fail and are disabled.</summary>
internal static class AgentNumbersWork
{
    public const string Second = "second";

    public static async Task DoAsync(OpenClawAdmin admin)
    {
        await admin.CallAsync("agents.create", $$"""{"name":"{{Second}}","workspace":"second-workspace"}""");
        await admin.TurnAsync("hello");
        await admin.TurnAsync("USE_SPAWN please");
        await admin.TurnAsync("this fails", "broken", "fake/fake-broken");
        await admin.TurnAsync("hello", "main", agent: Second);
        var works = await AddAsync(admin, "works", "fake/fake-chat", "main");
        var fails = await AddAsync(admin, "fails", "fake/fake-broken", "main");
        var others = await AddAsync(admin, "others", "fake/fake-chat", Second);
        var disabled = await AddAsync(admin, "disabled", "fake/fake-chat", Second);
        await admin.CallAsync("cron.update", $$$"""{"id":"{{{disabled}}}","patch":{"enabled":false}}""");
        foreach (var (id, runs) in new[] { (works, 1), (others, 2), (fails, 3), (fails, 4) })
        {
            await admin.CallAsync("cron.run", $$"""{"id":"{{id}}","mode":"force"}""");
            await Until.SeenAsync(
                async () => (await RunsAsync(admin)).Count >= runs && (await admin.CallAsync("status"))["tasks"]!["active"]!.GetValue<double>() == 0
                    ? "yes" : null,
                $"{runs} runs have ended", () => "", TimeSpan.FromSeconds(90));
        }
    }

    public static async Task<IReadOnlyList<JsonNode>> RunsAsync(OpenClawAdmin admin) =>
        (await admin.CallAsync("cron.runs", """{"scope":"all","limit":100}""")).List("entries");

    /// <returns>The id.</returns>
    private static async Task<string> AddAsync(OpenClawAdmin admin, string name, string model, string agent) =>
        (await admin.CallAsync("cron.add", $$$"""
            {"name":"job-{{{name}}}","agentId":"{{{agent}}}","schedule":{"kind":"every","everyMs":3600000},"sessionTarget":"isolated","wakeMode":"now",
            "payload":{"kind":"agentTurn","message":"work","model":"{{{model}}}"},"delivery":{"mode":"none"}}
            """)).Text("id");
}
