using System.Collections.Concurrent;
using FleetExporter.Config;
using FleetExporter.Hosting;
using FleetExporter.Polling;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>
/// Polls jobs that have a tmux session: one request per 16 jobs of a host and poll interval, over the existing SSH connection.
/// The store holds the jobs, the hosts their progress, so a restart loses nothing.
/// Skips jobs whose connection is not monitored.
/// </summary>
internal sealed partial class JobFollower(
    Jobs jobs, JobBoard board, JobProgress progress, Watchlist watchlist, JobLocks locks, LiveConfig config, ILogger<JobFollower> logger,
    LoopDependencies parts)
    : HostedLoop(ExporterLoop.Jobs, parts)
{
    private static readonly TimeSpan FirstWithin = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Task> _polls = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly PollTrigger _now = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var first = RefreshAsync(cancellationToken);
        await ((Task)first).WaitAsync(FirstWithin, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Polls without waiting for the interval.</summary>
    public void PollNow() => _ = _now.RequestAsync();

    /// <summary>Reloads the jobs; called after each write. While the store is unavailable, the page shows the previous jobs.</summary>
    /// <returns>The jobs to poll; empty if the read failed.</returns>
    public async Task<IReadOnlyList<WatchedJob>> RefreshAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var now = Clock.GetUtcNow();
            var counts = await jobs.CountAsync(stop).ConfigureAwait(false);
            var watched = await jobs.WatchedAsync(now - JobBoard.ShowsFailed, now - JobBoard.ShowsEnded, stop).ConfigureAwait(false);
            if (!counts.Success || !watched.Success)
            {
                return [];
            }

            board.Show(counts.Value, watched.Value);
            return watched.Value;
        }
        finally
        {
            _reading.Release();
        }
    }

    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _now.TakeRequest()?.TrySetResult();
                await RoundAsync(stop).ConfigureAwait(false);
                await _now.WaitAsync(config.Current.PollInterval, Clock, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            if (stop.IsCancellationRequested)
            {
                await Task.WhenAll(_polls.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RoundAsync(CancellationToken stop)
    {
        var watched = await RefreshAsync(stop).ConfigureAwait(false);
        foreach (var host in watched.Where(w => w.Job.Session is not null).GroupBy(w => w.Connection))
        {
            // A slow host delays no other host and has at most one poll in flight.
            if (watchlist.AccessTo(host.Key) is { Snapshot.Connection.Up: true } access
                && !(_polls.TryGetValue(host.Key, out var previous) && !previous.IsCompleted))
            {
                List<Job> here = [.. host.Select(w => w.Job)];
                _polls[host.Key] = Task.Run(() => LookAsync(access, here, stop), stop);
            }
        }
    }

    private async Task LookAsync(HostAccess access, List<Job> here, CancellationToken stop)
    {
        try
        {
            using var hostLock = await locks.LockHostAsync(access.Host.Name, stop).ConfigureAwait(false);
            var changed = false;
            foreach (var batch in here.Chunk(JobSession.MaxPerLook))
            {
                var look = await JobSession.LookAsync(access.Shell, batch.Select(j => j.Id), Clock, stop).ConfigureAwait(false);
                if (look.Failure is { } failure)
                {
                    LogNotSeen(access.Host.Name, Printable.Line(failure, 200));
                    break;
                }

                foreach (var job in batch.Where(j => !locks.IsLocked(j.Id)))
                {
                    // Skips jobs changed during the poll, such as cancelled ones: the poll result is stale.
                    var current = await jobs.FindAsync(job.Id, stop).ConfigureAwait(false);
                    if (current.Success && (current.Value.Status, current.Value.Session) == (job.Status, job.Session))
                    {
                        changed |= await progress.TakeAsync(access.Shell, current.Value, look, stop).ConfigureAwait(false);
                    }
                }
            }

            if (changed)
            {
                await RefreshAsync(stop).ConfigureAwait(false);
            }
        }
        catch (JobHostException e)
        {
            LogNotSeen(access.Host.Name, e.Message);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogBug(e, access.Host.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Polling the jobs on {Host} failed: {Reason}")]
    private partial void LogNotSeen(string host, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Polling the jobs on {Host} failed unexpectedly; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string host);
}
