using System.Collections.Concurrent;

namespace FleetExporter.Control.Training;

/// <summary>
/// Who may do what at the moment: a job is started or cancelled by one at a time, and one host has few sessions of ssh to give away.
/// </summary>
internal sealed class JobTurns
{
    private readonly ConcurrentDictionary<string, byte> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.Ordinal);

    /// <summary>Whether the job is being started or cancelled.</summary>
    public bool IsTaken(string job) => _jobs.ContainsKey(job);

    /// <returns>Null when somebody else has it; dispose it to give it back.</returns>
    public IDisposable? Take(string job) => _jobs.TryAdd(job, 0) ? new Turn(() => _jobs.TryRemove(job, out _)) : null;

    /// <summary>Waits until fewer than two calls about jobs are on the host.</summary>
    public async Task<IDisposable> OnHostAsync(string host, CancellationToken stop)
    {
        var turn = _hosts.GetOrAdd(host, static _ => new SemaphoreSlim(2));
        await turn.WaitAsync(stop).ConfigureAwait(false);
        return new Turn(() => turn.Release());
    }

    private sealed class Turn(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
