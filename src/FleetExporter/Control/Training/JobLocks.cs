using System.Collections.Concurrent;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Locks of jobs: one call at a time starts or cancels a job, and at most two calls about jobs use the SSH sessions of a host.</summary>
internal sealed class JobLocks
{
    private readonly ConcurrentDictionary<string, byte> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.Ordinal);

    /// <summary>Whether the job is being started or cancelled.</summary>
    public bool IsLocked(string job) => _jobs.ContainsKey(job);

    /// <returns>Null when another call holds the lock; disposing releases it.</returns>
    public IDisposable? TryLock(string job) => _jobs.TryAdd(job, 0) ? new Held(() => _jobs.TryRemove(job, out _)) : null;

    /// <summary>Runs an action on the job, read again under its lock because it may have changed before.</summary>
    /// <returns>The outcome of the action; that the job is in use, if another call holds the lock.</returns>
    public async Task<JobOutcome> RunAsync(Jobs jobs, string job, Func<Job, Task<JobOutcome>> run)
    {
        using var held = TryLock(job);
        if (held is null)
        {
            return JobOutcome.InUse();
        }

        var found = await jobs.FindAsync(job, CancellationToken.None).ConfigureAwait(false);
        return found.Success ? await run(found.Value).ConfigureAwait(false) : new JobOutcome.StoreFailed(found.Error);
    }

    /// <summary>Waits until fewer than two calls about jobs are on the host.</summary>
    public async Task<IDisposable> LockHostAsync(string host, CancellationToken stop)
    {
        var calls = _hosts.GetOrAdd(host, static _ => new SemaphoreSlim(2));
        await calls.WaitAsync(stop).ConfigureAwait(false);
        return new Held(() => calls.Release());
    }

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
