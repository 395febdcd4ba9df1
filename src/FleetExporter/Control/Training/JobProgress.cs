using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Stores the polled progress of a job: its metrics, its end.</summary>
internal sealed partial class JobProgress(Jobs jobs, TimeProvider clock, ILogger<JobProgress> logger)
{
    /// <summary>Limit of metric names per job; existing names are still updated beyond it.</summary>
    private const int MaxNames = 128;

    /// <summary>Write interval for metrics of one job; also written at its end.</summary>
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TimeSpan> _written = new(StringComparer.Ordinal);

    /// <summary>When this process first saw the job in its session, by the monotonic clock.</summary>
    private readonly ConcurrentDictionary<string, TimeSpan> _firstSeen = new(StringComparer.Ordinal);

    /// <summary>Ended without a status; the next poll may have it.</summary>
    private readonly ConcurrentDictionary<string, byte> _unsure = new(StringComparer.Ordinal);

    /// <returns>Whether a row was written.</returns>
    /// <exception cref="JobHostException">The host did not remove the session; the next poll retries.</exception>
    public async Task<bool> TakeAsync(IShell shell, Job job, JobPoll look, CancellationToken stop)
    {
        if (look.Panes.FirstOrDefault(p => p.Job == job.Id) is not { } pane)
        {
            return await EndAsync(job, null, WhyGone(job, look), [], sessionGone: true).ConfigureAwait(false);
        }

        _firstSeen.TryAdd(job.Id, clock.Elapsed());
        if (!pane.Dead)
        {
            return job.Status == JobStatus.Running && await ReportAsync(job, pane.Metrics).ConfigureAwait(false);
        }

        if (pane.ExitCode is null && _unsure.TryAdd(job.Id, 0))
        {
            return false;
        }

        if (!job.IsFinished && !await EndAsync(job, pane.ExitCode, WhyFailed(pane.ExitCode), pane.Metrics, sessionGone: false).ConfigureAwait(false))
        {
            return false;
        }

        // This order lets the next poll redo interrupted steps.
        var output = string.Join('\n', JobSession.Last(pane.Tail, JobSession.KeptLines).Lines);
        if (!Stored(await jobs.SaveOutputAsync(job.Id, Storable(output), stop).ConfigureAwait(false), job)
            || !await JobSession.ReleaseAsync(shell, job.Id, clock, stop).ConfigureAwait(false))
        {
            return true;
        }

        Forget(job.Id);
        return Stored(await jobs.ChangeAsync(job.Id, j => j.Session is null ? j : j with { Session = null }, stop).ConfigureAwait(false), job);
    }

    /// <summary>Removes NUL characters.</summary>
    internal static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    /// <summary>The job updated with printed metrics, and whether they changed it.</summary>
    internal static (Job Job, bool Changed) With(Job job, JsonObject numbers)
    {
        var updates = new JsonObject();
        foreach (var (name, value) in numbers)
        {
            var exists = job.Metrics.TryGetPropertyValue(name, out var previous);
            if (exists ? TrainingMetrics.Number(previous) != TrainingMetrics.Number(value) : job.Metrics.Count + updates.Count < MaxNames)
            {
                updates[name] = value!.DeepClone();
            }
        }

        return updates.Count > 0 ? (job.WithMetrics(updates), true) : (job, false);
    }

    private static string? WhyFailed(int? code) => code switch
    {
        0 => null,
        > 128 and < 193 => $"ended by signal {code - 128} (exit code {code})",
        { } other => $"exit code {other}",
        null => "ended without an exit code, most likely by a signal",
    };

    /// <summary>
    /// Compares two durations, so the clocks need not agree. For a job that this process has never polled, uses the stored start and the wall
    /// clock.
    /// </summary>
    private string WhyGone(Job job, JobPoll look)
    {
        var ran = _firstSeen.TryGetValue(job.Id, out var seen) ? clock.Elapsed() - seen : clock.GetUtcNow() - job.StartedAt;
        return look.Uptime < ran - TimeSpan.FromSeconds(5)
            ? "the host was rebooted while the job ran"
            : "its tmux session no longer exists: the session was killed, or the tmux server ended";
    }

    private async Task<bool> ReportAsync(Job job, JsonObject numbers)
    {
        var now = clock.Elapsed();
        if (!With(job, numbers).Changed || (_written.TryGetValue(job.Id, out var last) && now - last < WriteEvery))
        {
            return false;
        }

        _written[job.Id] = now;
        return Stored(
            await jobs.ChangeAsync(job.Id, j => j.IsFinished ? j : With(j, numbers).Job, CancellationToken.None).ConfigureAwait(false), job);
    }

    private async Task<bool> EndAsync(Job job, int? code, string? reason, JsonObject numbers, bool sessionGone)
    {
        if (sessionGone)
        {
            Forget(job.Id);
        }

        return Stored(await jobs.ChangeAsync(job.Id, Ended, CancellationToken.None).ConfigureAwait(false), job);

        Job Ended(Job j) => WithoutSession(j.Status == JobStatus.Running
            ? With(j, numbers).Job with { Status = reason is null ? JobStatus.Completed : JobStatus.Failed, ExitCode = code, Reason = reason }
            : j);

        // Returns the same instance if another exporter already stored it; no write follows.
        Job WithoutSession(Job j) => sessionGone && j.Session is not null ? j with { Session = null } : j;
    }

    private void Forget(string id)
    {
        _written.TryRemove(id, out _);
        _firstSeen.TryRemove(id, out _);
        _unsure.TryRemove(id, out _);
    }

    private bool Stored<T>(StoreResult<T> result, Job job)
        where T : class
    {
        if (result.Error is { } error and not StoreError.NotFound)
        {
            var reason = error.ToString();
            LogNotStored(job.Id, reason);
        }

        return result.Success;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of job {Id} could not be stored; retrying: {Reason}")]
    private partial void LogNotStored(string id, string reason);
}
