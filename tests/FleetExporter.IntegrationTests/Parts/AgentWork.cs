using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Work of the agents of a real gateway, and what the gateway says that it cost.</summary>
internal static class AgentWork
{
    /// <summary>Costs of today start again at midnight UTC, so no work is done so shortly before that its comparison could come later.</summary>
    private static readonly TimeSpan ComparedWithin = TimeSpan.FromMinutes(4);

    /// <summary>A turn, one with a sub-agent, one that fails, a job that succeeds and one that fails.</summary>
    public static async Task DoAsync(OpenClawAdmin admin)
    {
        var now = TimeProvider.System.GetUtcNow();
        var untilMidnight = now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
        if (untilMidnight < ComparedWithin)
        {
            await Task.Delay(untilMidnight + TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        await admin.TurnAsync("hello");
        await admin.TurnAsync("USE_SPAWN please");
        await admin.TurnAsync("this fails", "broken", "fake/fake-broken");
        foreach (var (name, model) in new[] { ("works", "fake/fake-chat"), ("fails", "fake/fake-broken") })
        {
            await RunAsync(admin, await AddJobAsync(admin, name, model));
        }
    }

    /// <summary>An hourly cron job.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> AddJobAsync(OpenClawAdmin admin, string name, string model, string agent = "main") =>
        (await admin.CallAsync("cron.add", $$$"""
            {"name":"job-{{{name}}}","agentId":"{{{agent}}}","schedule":{"kind":"every","everyMs":3600000},"sessionTarget":"isolated",
            "wakeMode":"now",
            "payload":{"kind":"agentTurn","message":"work","model":"{{{model}}}"},"delivery":{"mode":"none"}}
            """)).Text("id");

    /// <summary>Runs a cron job now, to its end.</summary>
    public static async Task RunAsync(OpenClawAdmin admin, string id)
    {
        var before = await RunsAsync();
        await admin.CallAsync("cron.run", $$"""{"id":"{{id}}","mode":"force"}""");
        await Until.SeenAsync(
            async () => await RunsAsync() > before && (await admin.CallAsync("status"))["tasks"]!["active"]!.GetValue<double>() == 0 ? "yes" : null,
            "the job has run", () => "", TimeSpan.FromSeconds(90));

        async Task<int> RunsAsync() => (await admin.CallAsync("cron.runs", $$"""{"scope":"job","id":"{{id}}"}""")).List("entries").Count;
    }

    /// <summary>
    /// The answer once it counts all.
    /// The gateway keeps an answer for half a minute, and another test's exporter may have asked before the work was done.
    /// </summary>
    /// <param name="done">When it was done, in milliseconds.</param>
    public static Task<JsonNode> SettledAsync(OpenClawAdmin admin, string method, string parameters, long done)
    {
        var last = (JsonNode?)null;
        return Until.SeenAsync(
            async () =>
            {
                last = await admin.CallAsync(method, parameters);
                return last["cacheStatus"]?.Text("status") == "fresh" && last.Number("updatedAt") > done ? last : null;
            },
            $"{method} is complete", () => $"{last?["totals"]} {last?["cacheStatus"]}", TimeSpan.FromSeconds(90));
    }
}
