using System.Text.Json;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>
/// Agents of the simulated gateway, their sessions and sub-agents: one sub-agent has been running for long and has one of its own, one failed.
/// </summary>
internal static class SimulatedSessions
{
    private const string Model = GatewayAnswers.Model;

    private const string Provider = "llama";

    private static readonly (string Id, string Name, string Emoji)[] AllAgents = [("main", "Molly", "🦞"), ("research", "Researcher", "🔎")];

    private static readonly Session[] All =
    [
        new("agent:main:main", "main", "main", 0, 48_200),
        new("agent:main:discord:1180", "group", "Discord #general", 10, 21_900),
        new("agent:main:cron:c0a1", "cron", "Cron: morning-report", 45, 12_400),
        new("agent:main:subagent:5b1f", "subagent", "Compare the changelogs", 0, 39_300) { Parent = "agent:main:main", Depth = 1, Runs = true },
        new("agent:main:subagent:77aa", "subagent", "Summarize version 3", 5, 9_300)
        {
            Parent = "agent:main:subagent:5b1f",
            Depth = 2,
            Runs = true,
        },
        new("agent:main:subagent:9c40", "subagent", "Check the links", 70, 6_100)
        {
            Parent = "agent:main:main",
            Depth = 1,
            Error = "LLM request failed: the model server did not answer.",
        },
        new("agent:research:main", "main", "main", 180, 96_700),
        new("agent:research:subagent:e2d4", "subagent", "Read the paper", 190, 31_000) { Parent = "agent:research:main", Depth = 1 },
    ];

    /// <summary>Age in minutes, and duration of those that ended.</summary>
    private static readonly Run[] Runs =
    [
        new("t5", "subagent", "running", 5, 0, "agent:main:subagent:77aa"),
        new("t1", "subagent", "running", 20, 0, "agent:main:subagent:5b1f"),
        new("t2", "cron", "succeeded", 60, 1, null),
        new("t6", "subagent", "failed", 75, 3, "agent:main:subagent:9c40"),
        new("t7", "subagent", "succeeded", 195, 4, "agent:research:subagent:e2d4"),
        new("t3", "cron", "failed", 360, 1, null),
    ];

    /// <summary>Sessions of all agents.</summary>
    public static int Count => All.Length;

    /// <summary>Times are rounded to five minutes, so that they stay the same between polls.</summary>
    public static long Ago(DateTimeOffset now, int minutes) => (now.ToUnixTimeSeconds() / 300 * 300_000) - (minutes * 60_000L);

    /// <summary>The agents in <c>health</c>.</summary>
    public static object[] Health() =>
        [.. AllAgents.Select(a => new { agentId = a.Id, isDefault = a.Id == "main", sessions = new { count = All.Count(s => s.Agent == a.Id) } })];

    public static object Agents() => new
    {
        defaultId = "main",
        agents = AllAgents.Select(a => new
        {
            id = a.Id,
            name = a.Name,
            identity = new { name = a.Name, emoji = a.Emoji },
            model = new { primary = $"{Provider}/{Model}" },
        }),
    };

    /// <param name="parameters">May have <c>search</c>.</param>
    public static object List(JsonElement parameters, DateTimeOffset now)
    {
        var text = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("search", out var search) ? search.GetString() : null;
        var found = All.Where(s => text is null || s.Key.Contains(text, StringComparison.OrdinalIgnoreCase)
            || s.Label.Contains(text, StringComparison.OrdinalIgnoreCase)).OrderBy(s => s.Minutes).ToList();
        return new
        {
            ts = now.ToUnixTimeMilliseconds(),
            count = found.Count,
            totalCount = found.Count,
            hasMore = false,
            sessions = found.Select(s => Row(s, now)),
        };
    }

    /// <param name="parameters">Must have <c>keys</c> to have messages.</param>
    public static object Preview(JsonElement parameters, DateTimeOffset now)
    {
        IEnumerable<JsonElement> keys = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("keys", out var given)
            ? given.EnumerateArray()
            : [];
        return new
        {
            ts = now.ToUnixTimeMilliseconds(),
            previews = keys.Select(k => k.GetString()!).Select(key => All.FirstOrDefault(s => s.Key == key) is { } session
                ? new { key, status = "ok", items = Messages(session) }
                : new { key, status = "missing", items = Array.Empty<object>() }),
        };
    }

    public static object Tasks(DateTimeOffset now) => new { tasks = Runs.Select(r => Task(r, now)) };

    public static object TaskCounts() => new
    {
        total = Runs.Length,
        active = Running("running"),
        failures = Running("failed"),
        byStatus = new
        {
            queued = 0,
            running = Running("running"),
            succeeded = Running("succeeded"),
            failed = Running("failed"),
            timed_out = 0,
            cancelled = 0,
            lost = 0,
        },
    };

    private static int Running(string status) => Runs.Count(r => r.Status == status);

    private static object Row(Session session, DateTimeOffset now) => new
    {
        key = session.Key,
        agentId = session.Agent,
        kind = "direct",
        classification = session.Type,
        label = session.Label,
        status = session.Runs ? "running" : session.Error is null ? "done" : "failed",
        hasActiveRun = session.Runs,
        lastRunError = session.Error,
        parentSessionKey = session.Parent,
        spawnDepth = session.Depth,
        createdAt = Ago(now, session.Minutes + 30),
        updatedAt = Ago(now, session.Minutes),
        totalTokens = session.Tokens,
        totalTokensFresh = true,
        contextTokens = 131_072,
        modelProvider = Provider,
        model = Model,
    };

    private static object[] Messages(Session session) =>
    [
        new { role = "user", text = session.Parent is null ? "What is new?" : $"Task: {session.Label}." },
        new { role = "assistant", text = session.Runs ? "I am reading the first file." : "Three versions, nothing that needs attention." },
    ];

    private static object Task(Run run, DateTimeOffset now)
    {
        var session = All.FirstOrDefault(s => s.Key == run.Session);
        return new
        {
            id = run.Id,
            runtime = run.Runtime,
            status = run.Status,
            title = session?.Label ?? "morning-report",
            agentId = session?.Agent ?? "main",
            sessionKey = session?.Parent ?? "",
            childSessionKey = run.Session,
            createdAt = Ago(now, run.Minutes),
            startedAt = Ago(now, run.Minutes),
            endedAt = run.Status == "running" ? (long?)null : Ago(now, run.Minutes - run.Lasted),
            error = run.Status == "failed" ? session?.Error ?? "command exited with code 3" : null,
        };
    }

    /// <param name="Minutes">Since its last activity.</param>
    private sealed record Session(string Key, string Type, string Label, int Minutes, int Tokens)
    {
        public string Agent => Key.Split(':')[1];

        public string? Parent { get; init; }

        public int? Depth { get; init; }

        public bool Runs { get; init; }

        public string? Error { get; init; }
    }

    /// <param name="Minutes">Since it began.</param>
    /// <param name="Lasted">Minutes until it ended.</param>
    private sealed record Run(string Id, string Runtime, string Status, int Minutes, int Lasted, string? Session);
}
