using System.Text.Json;
using FleetExporter.Collectors;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>
/// Answers of the simulated OpenClaw gateway to the methods that the exporter calls: payloads of version 2026.9.6, limited to what it reads.
/// </summary>
internal static class GatewayAnswers
{
    public const string Version = "2026.9.6";

    public const string Model = "qwen-coder";

    /// <summary>Times are rounded, so that they stay the same between polls.</summary>
    private static readonly (string Key, string Kind, int Minutes, int Tokens)[] Sessions =
    [
        ("agent:main:main", "main", 0, 48_200),
        ("agent:main:discord:1180", "custom", 10, 21_900),
        ("agent:main:subagent:5b1f", "subagent", 5, 9_300),
        ("agent:research:main", "main", 180, 96_700),
    ];

    /// <summary>The payload; null for an unknown method.</summary>
    public static object? Of(string method, JsonElement parameters, DateTimeOffset now)
    {
        var ts = now.ToUnixTimeMilliseconds();
        return method switch
        {
            "health" => new
            {
                ok = true,
                ts,
                durationMs = 4,
                plugins = new { loaded = new[] { "discord" }, errors = Array.Empty<string>() },
                agents = Agents(),
                eventLoop = EventLoop(now)
            },
            "status" => new
            {
                runtimeVersion = Version,
                tasks = TaskCounts(),
                sessions = new { count = Sessions.Length },
                processMemory = Memory(now),
                eventLoop = EventLoop(now)
            },
            "system.info" => new
            {
                hostname = "simulated",
                pid = 4242,
                uptimeMs = Uptime(now),
                cpuCount = 8,
                eventLoop = EventLoop(now),
                processMemory = Memory(now)
            },
            "channels.status" => new
            {
                ts,
                channelOrder = new[] { "discord" },
                channels = new { discord = new { configured = true, running = true } },
                channelAccounts = new { discord = new[] { Discord(now) } }
            },
            "diagnostics.lanes" =>
                new { ts, lanes = new[] { Lane("main", (int)SimulatedWave.At(now, 21, 0, 3)), Lane("cron", 0), Lane("subagent", 1) } },
            "agents.list" => new { defaultId = "main", agents = new[] { new { id = "main" }, new { id = "research" } } },
            "sessions.list" => new
            {
                ts,
                count = Sessions.Length,
                totalCount = Sessions.Length,
                hasMore = false,
                sessions = Sessions.Select(s => Session(s, now))
            },
            "tasks.list" => new
            {
                tasks = new[]
                {
                    Task("t1", "subagent", "running", now, 5), Task("t2", "cron", "succeeded", now, 60), Task("t3", "cron", "failed", now, 360)
                }
            },
            "cron.list" => SimulatedCrons.List(now),
            "cron.runs" => SimulatedCrons.Runs(parameters, now),
            "config.get" => Config(),
            "logs.tail" => SimulatedLog.Answer(parameters, now),
            "sessions.subscribe" => new { subscribed = true },
            "usage.status" => new { updatedAt = ts, providers = Array.Empty<object>() },
            "sessions.usage" => SimulatedUsage.OfSessions(parameters, now),
            "usage.cost" => SimulatedUsage.OfDays(parameters, now),
            _ => null,
        };
    }

    public static long Uptime(DateTimeOffset now) => (long)(now - DateTimeOffset.UnixEpoch.AddDays(20_000)).TotalMilliseconds;

    private static object Config() => new
    {
        config = new
        {
            agents = new { defaults = new { heartbeat = new { every = "30m", model = "heartbeat/qwen3-0.6b" } } },
            models = new
            {
                providers = new
                {
                    llama = new { models = new[] { new { id = Model, name = "Qwen3 Coder 30B" } } },
                    heartbeat = new { models = new[] { new { id = "qwen3-0.6b", name = "Qwen3 0.6B" } } },
                },
            },
        },
    };

    private static object[] Agents() =>
        [
            new { agentId = "main", isDefault = true, sessions = new { count = 3 } },
            new { agentId = "research", isDefault = false, sessions = new { count = 1 } }
        ];

    private static object TaskCounts() => new
    {
        total = 3,
        active = 1,
        failures = 1,
        byStatus = new { queued = 0, running = 1, succeeded = 1, failed = 1, timed_out = 0, cancelled = 0, lost = 0 }
    };

    private static object Memory(DateTimeOffset now) =>
        new { rssBytes = (long)SimulatedWave.At(now, 22, 7e8, 1.1e9), heapUsedBytes = (long)SimulatedWave.At(now, 23, 2e8, 5e8) };

    private static object EventLoop(DateTimeOffset now) => new
    {
        degraded = false,
        reasons = Array.Empty<string>(),
        delayP99Ms = SimulatedWave.At(now, 24, 12, 40),
        delayMaxMs = 61.0,
        utilization = SimulatedWave.At(now, 25, 0.01, 0.3)
    };

    private static object Discord(DateTimeOffset now) => new
    {
        accountId = "default",
        enabled = true,
        configured = true,
        running = true,
        connected = true,
        lifecycle = "running",
        lastConnectedAt = Ago(now, 600),
        lastInboundAt = Ago(now, 10),
        lastOutboundAt = Ago(now, 10),
        bot = new { username = "simulated-bot", id = "1180000000000000001" },
    };

    private static object Lane(string lane, int queued) => new { lane, queuedCount = queued, activeCount = 1, maxConcurrent = 8, draining = false };

    private static object Session((string Key, string Kind, int Minutes, int Tokens) session, DateTimeOffset now) => new
    {
        key = session.Key,
        agentId = session.Key.Split(':')[1],
        kind = "direct",
        classification = session.Kind,
        status = session.Kind == "subagent" ? "running" : "done",
        hasActiveRun = session.Kind == "subagent",
        updatedAt = Ago(now, session.Minutes),
        totalTokens = session.Tokens,
        totalTokensFresh = true,
        contextTokens = 131_072,
        model = Model,
    };

    private static object Task(string id, string runtime, string status, DateTimeOffset now, int minutes) =>
        new
        {
            id,
            runtime,
            status,
            agentId = "main",
            createdAt = Ago(now, minutes),
            startedAt = Ago(now, minutes),
            endedAt = status == "running" ? (long?)null : Ago(now, minutes - 1)
        };

    private static long Ago(DateTimeOffset now, int minutes) => (now.ToUnixTimeSeconds() / 300 * 300_000) - (minutes * 60_000L);
}
