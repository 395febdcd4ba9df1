using System.Text.Json;
using FleetExporter.OpenClaw.Simulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Bench;

/// <summary>A stand-in for the gateway of a large installation: 10,000 sessions, 1,000 cron jobs and a log that grows to 100,000 lines.</summary>
internal static class LargeGateway
{
    private const int Sessions = 10_000;
    private const int Crons = 1_000;
    private const int Agents = 20;
    private const int LogLines = 100_000;
    private const int LinesPerSecond = 2_000;
    private const int MaxLines = 1_000;

    private static readonly DateTimeOffset Started = TimeProvider.System.GetUtcNow();

    public static async Task RunAsync(Uri listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen.AbsoluteUri);
        await using var app = builder.Build();
        app.UseWebSockets();
        new SimulatedGateway(TimeProvider.System, Answer).Map(app);
        await app.RunAsync();
    }

    private static object? Answer(string method, JsonElement parameters, DateTimeOffset now) => method switch
    {
        "agents.list" => new { defaultId = "agent-0", agents = Enumerable.Range(0, Agents).Select(n => new { id = $"agent-{n}" }) },
        "sessions.list" => Page("sessions", Sessions, parameters, "totalCount", n => Session(n, now)),
        "sessions.usage" => Usage(parameters, now),
        "cron.list" => Page("jobs", Crons, parameters, "total", n => Cron(n, now)),
        "cron.runs" => new { entries = Enumerable.Range(0, 200).Select(n => Run(n, now)), total = 200, hasMore = false },
        "logs.tail" => Log(parameters, now),
        _ => GatewayAnswers.Of(method, parameters, now),
    };

    private static Dictionary<string, object?> Page(string name, int total, JsonElement parameters, string totalName, Func<int, object> row)
    {
        var (offset, limit) = (Number(parameters, "offset", 0), Number(parameters, "limit", 100));
        var next = offset + limit;
        return new()
        {
            ["ts"] = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            [name] = Enumerable.Range(offset, Math.Max(0, Math.Min(limit, total - offset))).Select(row),
            [totalName] = total,
            ["hasMore"] = next < total,
            ["nextOffset"] = next < total ? next : null,
        };
    }

    private static string Key(int n) => n % 5 == 0 ? $"agent:agent-{n % Agents}:cron:job-{n % Crons}" : $"agent:agent-{n % Agents}:discord:{n}";

    private static object Session(int n, DateTimeOffset now) => new
    {
        key = n % 5 == 0 ? $"{Key(n)}:{n}" : Key(n),
        agentId = $"agent-{n % Agents}",
        label = $"Conversation {n} about the weather and what follows from it",
        status = n % 50 == 0 ? "running" : "done",
        hasActiveRun = n % 50 == 0,
        updatedAt = now.AddSeconds(-n).ToUnixTimeMilliseconds(),
        createdAt = now.AddDays(-n % 30).ToUnixTimeMilliseconds(),
        totalTokens = n % 128_000,
        totalTokensFresh = true,
        contextTokens = 128_000,
        modelProvider = "llama",
        model = GatewayAnswers.Model,
        parentSessionKey = n % 5 == 1 ? Key(n - (n % Agents)) : null,
    };

    private static object Usage(JsonElement parameters, DateTimeOffset now)
    {
        var agent = parameters.GetProperty("agentId").GetString();
        var own = Enumerable.Range(0, Sessions).Where(n => $"agent-{n % Agents}" == agent).ToList();
        return new
        {
            updatedAt = now.ToUnixTimeMilliseconds(),
            sessions = own.Take(MaxLines).Select(n => new { key = n % 5 == 0 ? $"{Key(n)}:{n}" : Key(n), agentId = agent, usage = Totals(1) }),
            totals = Totals(own.Count),
            aggregates = new { byModel = new[] { new { model = GatewayAnswers.Model, count = own.Count, totals = Totals(own.Count) } } },
            cacheStatus = new { status = "fresh" },
        };
    }

    private static object Totals(int sessions) => new
    {
        input = 1000.0 * sessions,
        output = 100.0 * sessions,
        cacheRead = 0,
        cacheWrite = 0,
        totalTokens = 1100.0 * sessions,
        totalCost = 0.01 * sessions,
    };

    private static object Cron(int n, DateTimeOffset now) => new
    {
        id = $"job-{n}",
        name = $"Job {n}",
        agentId = $"agent-{n % Agents}",
        enabled = true,
        schedule = new { kind = "cron", expr = $"{n % 60} {n % 24} * * *", tz = "UTC" },
        payload = new { kind = "agentTurn" },
        state = new
        {
            lastRunAtMs = now.AddMinutes(-n).ToUnixTimeMilliseconds(),
            nextRunAtMs = now.AddMinutes(n + 1).ToUnixTimeMilliseconds(),
            lastRunStatus = n % 20 == 0 ? "error" : "ok",
            lastDurationMs = 1200 + n,
            lastError = n % 20 == 0 ? "the model timed out" : null,
            consecutiveErrors = n % 20 == 0 ? 2 : 0,
        },
    };

    private static object Run(int n, DateTimeOffset now) => new
    {
        ts = now.AddMinutes(-n).ToUnixTimeMilliseconds(),
        jobId = $"job-{n}",
        action = "finished",
        status = "ok",
        durationMs = 1200,
        runAtMs = now.AddMinutes(-n).ToUnixTimeMilliseconds(),
    };

    private static object Log(JsonElement parameters, DateTimeOffset now)
    {
        var end = Math.Min(LogLines, (int)((now - Started).TotalSeconds * LinesPerSecond));
        var begin = parameters.TryGetProperty("cursor", out var cursor) ? (int)cursor.GetInt64() : Math.Max(0, end - MaxLines);
        var next = Math.Min(end, begin + MaxLines);
        return new
        {
            file = "/var/log/openclaw.log",
            cursor = next,
            size = end,
            truncated = false,
            reset = false,
            lines = Enumerable.Range(begin, next - begin).Select(n => JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["0"] = """{"subsystem":"agents"}""",
                ["_meta"] = new { logLevelName = n % 10 == 0 ? "WARN" : "INFO" },
                ["time"] = now,
                ["message"] = $"session {Key(n)} ended its turn {n} after {n % 900} ms with {n % 4000} tokens, of which the cache had {n % 2000}",
            })),
        };
    }

    private static int Number(JsonElement parameters, string name, int otherwise) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;
}
