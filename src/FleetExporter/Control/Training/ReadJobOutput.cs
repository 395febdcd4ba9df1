using FleetExporter.Control.Commands;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Reads the last lines that a job printed: from its session while it runs, from the store afterwards.</summary>
internal sealed class ReadJobOutput(Jobs jobs, JobPlaces places, JobLocks locks, TimeProvider clock)
{
    /// <param name="key">Its id or name.</param>
    public async Task<JobOutcome> ReadAsync(string key, int lines, CancellationToken stop)
    {
        var found = await places.FindAsync(key, stop).ConfigureAwait(false);
        if (!found.Success)
        {
            return new JobOutcome.StoreFailed(found.Error);
        }

        try
        {
            return await ReadAsync(found.Value, lines, stop).ConfigureAwait(false);
        }
        catch (JobHostException e)
        {
            return new JobOutcome.HostFailed(e.OnHost, e.Message);
        }
    }

    private async Task<JobOutcome> ReadAsync(Job job, int lines, CancellationToken stop)
    {
        if (job is { Status: JobStatus.Running, Session: not null })
        {
            var place = await places.OfAsync(job).ConfigureAwait(false);
            if (!place.Success)
            {
                return new JobOutcome.StoreFailed(place.Error);
            }

            var (access, refusal) = places.AccessTo(place.Value.Connection);
            refusal ??= CommandRules.CheckConnected(access!, clock);
            if (refusal is not null)
            {
                return new JobOutcome.Refused(refusal);
            }

            using var hostLock = await locks.LockHostAsync(access!.Host.Name, stop).ConfigureAwait(false);
            if (await JobSession.OutputAsync(access.Shell, job.Id, lines, clock, stop).ConfigureAwait(false) is { } output)
            {
                return new JobOutcome.Output(job, output);
            }
        }

        var stored = await jobs.OutputAsync(job.Id, stop).ConfigureAwait(false);
        return stored.Success ? new JobOutcome.Output(job, JobSession.Last(stored.Value, lines)) : new JobOutcome.StoreFailed(stored.Error);
    }
}
