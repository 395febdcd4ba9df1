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
                agents = SimulatedSessions.Health(),
                eventLoop = EventLoop(now),
                deliveryQueues = new { failed = new[] { new { queueName = "outbound-prepared-v1", count = 2, oldestFailedAt = ts - 86_400_000 } } },
            },
            "status" => new
            {
                runtimeVersion = Version,
                tasks = SimulatedSessions.TaskCounts(),
                sessions = new { count = SimulatedSessions.Count },
                processMemory = Memory(now),
                eventLoop = EventLoop(now)
            },
            "system.info" => Machine(now),
            "channels.status" => new
            {
                ts,
                channelOrder = new[] { "discord" },
                channels = new { discord = new { configured = true, running = true } },
                channelAccounts = new { discord = new[] { Discord(now) } }
            },
            "diagnostics.lanes" =>
                new { ts, lanes = new[] { Lane("main", (int)SimulatedWave.At(now, 21, 0, 3)), Lane("cron", 0), Lane("subagent", 1) } },
            "agents.list" => SimulatedSessions.Agents(),
            "sessions.list" => SimulatedSessions.List(parameters, now),
            "sessions.preview" => SimulatedSessions.Preview(parameters, now),
            "tasks.list" => SimulatedSessions.Tasks(now),
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
            agents = new
            {
                defaults = new
                {
                    model = new { primary = $"llama/{Model}", fallbacks = new[] { "heartbeat/qwen3-0.6b" } },
                    heartbeat = new { every = "30m", model = "heartbeat/qwen3-0.6b" },
                    maxConcurrent = 8,
                    timeoutSeconds = 600,
                    subagents = new { maxConcurrent = 8, archiveAfterMinutes = 60 },
                },
                entries = new { main = new { name = "Molly" }, research = new { name = "Researcher", heartbeat = new { every = "0m" } } },
            },
            models = new
            {
                providers = new
                {
                    llama = new { models = new[] { new { id = Model, name = "Qwen3 Coder 30B", contextWindow = 131_072 } } },
                    heartbeat = new { models = new[] { new { id = "qwen3-0.6b", name = "Qwen3 0.6B", contextWindow = 32_768 } } },
                },
            },
            channels = new { discord = new { enabled = true } },
            skills = new { entries = new { weather = new { enabled = true }, notes = new { enabled = false } } },
            hooks = new { @internal = new { entries = new Dictionary<string, object> { ["session-memory"] = new { enabled = true } } } },
            plugins = new { entries = new { discord = new { enabled = true } } },
        },
    };

    private static object Machine(DateTimeOffset now) => new
    {
        hostname = "simulated",
        platform = "linux",
        release = "6.11.0-1016-nvidia",
        arch = "arm64",
        nodeVersion = "v26.10.0",
        pid = 4242,
        uptimeMs = Uptime(now),
        cpuCount = 8,
        cpuModel = "Cortex-X925",
        loadAverage = new[] { SimulatedWave.At(now, 27, 0.4, 3), SimulatedWave.At(now, 28, 0.6, 2), 1.2 },
        memoryTotalBytes = 128L << 30,
        memoryFreeBytes = (long)SimulatedWave.At(now, 29, 4e10, 7e10),
        disks = new[] { new { path = "/", totalBytes = 2_000_398_934_016, availableBytes = 1_214_027_112_448 } },
        eventLoop = EventLoop(now),
        processMemory = Memory(now),
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
        lastConnectedAt = SimulatedSessions.Ago(now, 600),
        lastInboundAt = SimulatedSessions.Ago(now, 10),
        lastOutboundAt = SimulatedSessions.Ago(now, 10),
        bot = new { username = "simulated-bot", id = "1180000000000000001" },
    };

    private static object Lane(string lane, int queued) => new { lane, queuedCount = queued, activeCount = 1, maxConcurrent = 8, draining = false };
}
