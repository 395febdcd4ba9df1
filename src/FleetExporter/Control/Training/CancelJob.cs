using FleetExporter.Control.Commands;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Cancels a job: ends it on its host with all processes it started, and stores its last output.</summary>
internal sealed class CancelJob(Jobs jobs, JobPlaces places, JobLocks locks, JobFollower follower, TimeProvider clock)
{
    /// <param name="key">Its id or name.</param>
    /// <param name="force">
    /// Cancel it even if its host is disconnected or fails to end it; its processes may remain. Removes the session of a finished job.
    /// </param>
    /// <exception cref="NotAuditedException">The first audit row was not stored; nothing ran.</exception>
    public Task<JobOutcome> CancelAsync(AuditedCall call, string key, bool force, CancellationToken stop)
    {
        var details = new AuditDetails(Printable.Line(key, 100));
        return call.RunAsync(details, async () =>
        {
            var found = await places.FindAsync(key, stop).ConfigureAwait(false);
            if (!found.Success)
            {
                return new JobOutcome.StoreFailed(found.Error);
            }

            var withForce = details with { Command = force ? "force=true" : null };
            return await call.RunAsync(
                withForce,
                () => locks.RunAsync(jobs, found.Value.Id, job => CancelAsync(call, withForce, job, force))).ConfigureAwait(false);
        });
    }

    private async Task<JobOutcome> CancelAsync(AuditedCall call, AuditDetails details, Job job, bool force)
    {
        if (job.IsFinished && !(force && job.Session is not null))
        {
            return JobOutcome.WrongState(job, "cancelled");
        }

        string? tail = null;
        string? reason = null;
        if (job.Session is not null)
        {
            var place = await places.OfAsync(job).ConfigureAwait(false);
            if (!place.Success)
            {
                return new JobOutcome.StoreFailed(place.Error);
            }

            (tail, var failure) = await EndOnHostAsync(call, details, place.Value.Connection, job.Id).ConfigureAwait(false);
            if (failure is not null && !force)
            {
                return failure;
            }

            reason = failure is null ? null : $"cancelled without its host, where its processes may still run: {failure.HostReason}";
        }

        // Stored first, so that readers of a cancelled job find its output.
        if (tail is { Length: > 0 })
        {
            var output = string.Join('\n', JobSession.Last(tail, JobSession.KeptLines).Lines);
            var saved = await jobs.SaveOutputAsync(job.Id, JobProgress.Storable(output), CancellationToken.None).ConfigureAwait(false);
            reason ??= saved.Error is { } error ? $"its output could not be stored: {error}" : null;
        }

        var changed = await jobs.ChangeAsync(
            job.Id,
            j => !j.IsFinished ? j with { Status = JobStatus.Cancelled, Session = null, Reason = reason }
                : force ? j with { Session = null } : j,
            CancellationToken.None).ConfigureAwait(false);
        await follower.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        return changed.Success ? new JobOutcome.Done(changed.Value) : new JobOutcome.StoreFailed(changed.Error);
    }

    /// <returns>Its last output, or why its host did not end it.</returns>
    private async Task<(string? Tail, JobOutcome? Failure)> EndOnHostAsync(
        AuditedCall call, AuditDetails details, Connection connection, string id)
    {
        var (access, refusal) = places.AccessTo(connection);
        refusal ??= CommandRules.CheckConnected(access!, clock);
        if (refusal is not null)
        {
            return (null, new JobOutcome.Refused(refusal));
        }

        using var hostLock = await locks.LockHostAsync(access!.Host.Name, CancellationToken.None).ConfigureAwait(false);
        await call.BeginAsync(details).ConfigureAwait(false);
        try
        {
            var ended = await JobSession.CancelAsync(access.Shell, id, clock, CancellationToken.None).ConfigureAwait(false);
            return ended switch
            {
                { Left: > 0 } => (null, new JobOutcome.HostFailed(
                    false, $"{ended.Left} processes of the job survived SIGKILL")),
                { SessionGone: false } => (null, new JobOutcome.HostFailed(false, "its processes have ended, but its tmux session still exists")),
                _ => (ended.Tail, null),
            };
        }
        catch (JobHostException e)
        {
            return (null, new JobOutcome.HostFailed(e.OnHost, e.Message));
        }
    }
}
