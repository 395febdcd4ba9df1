using System.Text.Json;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>Cron jobs of the simulated gateway: two that work, one that fails, one that flaps, one overdue and one disabled.</summary>
internal static class SimulatedCrons
{
    private const int RunsOnRecord = 30;

    private static readonly Job[] Jobs =
    [
        new("c0a1", "morning-report", "main", new { kind = "cron", expr = "0 6 * * *", tz = "UTC" }, 24, 6, "agentTurn", "claude-sonnet"),
        new("c0a2", "inbox-sweep", "main", new { kind = "every", everyMs = 3_600_000L }, 1, 0, "agentTurn", GatewayAnswers.Model),
        new("c0a3", "backup-notes", "main", new { kind = "every", everyMs = 21_600_000L }, 6, 0, "command", null, Failing: true),
        new("c0a4", "price-watch", "main", new { kind = "cron", expr = "0 */2 * * *" }, 2, 0, "agentTurn", GatewayAnswers.Model, Flapping: true),
        new("c0a5", "paper-review", "research", new { kind = "every", everyMs = 43_200_000L }, 12, 0, "agentTurn", "claude-sonnet", Overdue: true),
        new("c0a6", "new-year-greeting", "main", new { kind = "at", at = "2030-01-01T00:00:00.000Z" }, 0, 0, "systemEvent", null),
    ];

    /// <summary>The answer of <c>cron.list</c>.</summary>
    public static object List(DateTimeOffset now) =>
        new { jobs = Jobs.Select(j => Row(j, now)), total = Jobs.Length, offset = 0, limit = 200, hasMore = false };

    /// <summary>The answer of <c>cron.runs</c>, for one job or for all.</summary>
    public static object Runs(JsonElement parameters, DateTimeOffset now)
    {
        var only = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("id", out var id) ? id.GetString() : null;
        var runs = Jobs.Where(j => only is null || j.Id == only).SelectMany(j => RunsOf(j, now)).OrderByDescending(r => r.At).ToList();
        return new { entries = runs.Select(Entry), total = runs.Count, hasMore = false };
    }

    private static object Row(Job job, DateTimeOffset now)
    {
        var runs = RunsOf(job, now);
        var last = runs.Count > 0 ? runs[0] : null;
        return new
        {
            id = job.Id,
            name = job.Name,
            agentId = job.Agent,
            enabled = job.Hours > 0,
            schedule = job.Schedule,
            payload = new { kind = job.Payload },
            state = last is null ? (object)new { } : new
            {
                lastRunAtMs = last.At,
                nextRunAtMs = last.At + (job.Hours * 3_600_000L),
                lastRunStatus = last.Ok ? "ok" : "error",
                lastDurationMs = last.DurationMs,
                lastError = last.Error,
                lastErrorReason = last.ErrorReason,
                lastDiagnosticSummary = last.Error,
                consecutiveErrors = runs.TakeWhile(r => !r.Ok).Count(),
                consecutiveSkipped = 0,
                lastDeliveryStatus = "delivered",
            },
        };
    }

    private static object Entry(Run run) => new
    {
        ts = run.At + run.DurationMs,
        jobId = run.Job.Id,
        jobName = run.Job.Name,
        action = "finished",
        status = run.Ok ? "ok" : "error",
        completionStatus = run.Ok ? "succeeded" : "failed",
        error = run.Error,
        errorReason = run.ErrorReason,
        summary = run.Ok ? $"{run.Job.Name}: nothing unusual." : null,
        runAtMs = run.At,
        durationMs = run.DurationMs,
        model = run.Job.Model,
        usage = run.Job.Model is null ? null : new { input_tokens = 4200, output_tokens = 460, cache_read_tokens = 2100, total_tokens = 6760 },
        deliveryStatus = "delivered",
        sessionKey = run.Job.Model is null ? null : $"agent:{run.Job.Agent}:cron:{run.Job.Id}:run:{run.Number}",
        runId = $"{run.Job.Id}:{run.Number}",
    };

    /// <summary>Newest first.</summary>
    private static List<Run> RunsOf(Job job, DateTimeOffset now)
    {
        if (job.Hours == 0)
        {
            return [];
        }

        // An overdue job should have run twenty minutes ago.
        var period = job.Hours * 3600L;
        var newest = job.Overdue
            ? ((now.ToUnixTimeSeconds() - 1200) / 300 * 300) - period
            : ((now.ToUnixTimeSeconds() - (job.FirstHour * 3600L)) / period * period) + (job.FirstHour * 3600L);
        return [.. Enumerable.Range(0, RunsOnRecord).Select(i => Of(job, newest - (i * period), i, (newest / period) - i))];
    }

    private static Run Of(Job job, long at, int index, long number)
    {
        var ok = !(job.Failing && index < 2) && !(job.Flapping && number % 3 == 0);
        var error = ok ? null : job.Model is null ? "exited with code 1" : "the model timed out";
        return new Run(job, at * 1000, 1800 + (number * 137 % 2400), ok, error, number);
    }

    /// <param name="Hours">Between two runs; 0 for a disabled one.</param>
    /// <param name="FirstHour">Of the day, in UTC.</param>
    private sealed record Job(
        string Id, string Name, string Agent, object Schedule, int Hours, int FirstHour, string Payload, string? Model, bool Failing = false,
        bool Flapping = false, bool Overdue = false);

    private sealed record Run(Job Job, long At, long DurationMs, bool Ok, string? Error, long Number)
    {
        public string? ErrorReason => Ok || Job.Model is null ? null : "timeout";
    }
}
