using System.Text;
using FleetExporter.Control.Commands;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Starts a job in its own tmux session on its project's host.</summary>
/// <remarks>
/// Starts the job, then marks it as running. If marking fails, the start is undone; if this process ends in between, the next start finds the
/// session by job id and adopts it.
/// </remarks>
internal sealed class StartJob(Jobs jobs, JobPlaces places, JobLocks locks, JobFollower follower, TimeProvider clock)
{
    /// <param name="key">Its id or name.</param>
    /// <exception cref="NotAuditedException">The first audit row was not stored; nothing ran.</exception>
    public Task<JobOutcome> StartAsync(AuditedCall call, string key, CancellationToken stop)
    {
        var details = new AuditDetails(Printable.Line(key, 100));
        return call.RunAsync(details, async () =>
        {
            var found = await places.FindAsync(key, stop).ConfigureAwait(false);
            if (!found.Success)
            {
                return new JobOutcome.StoreFailed(found.Error);
            }

            var (command, errors) = JobCommand.Read(found.Value.Config);
            if (command is null && found.Value.Status == JobStatus.Pending)
            {
                return new JobOutcome.InvalidConfig(errors);
            }

            var withCommand = details with { Command = command?.Text };
            return await call.RunAsync(
                withCommand,
                () => locks.RunAsync(
                    jobs, found.Value.Id, job => StartAsync(call, withCommand, job, command ?? new JobCommand("", null)))).ConfigureAwait(false);
        });
    }

    /// <summary><c>job-</c>, the name's letters and digits, and a unique suffix of the id.</summary>
    internal static string SessionName(Job job)
    {
        var slug = new StringBuilder();
        foreach (var c in job.Name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var text = slug.ToString(0, Math.Min(slug.Length, 40)).Trim('-');
        return $"job-{(text.Length > 0 ? text + "-" : "")}{job.Id[^8..]}";
    }

    private async Task<JobOutcome> StartAsync(AuditedCall call, AuditDetails details, Job job, JobCommand command)
    {
        if (job.Status != JobStatus.Pending)
        {
            return JobOutcome.WrongState(job, "started");
        }

        var place = await places.OfAsync(job).ConfigureAwait(false);
        if (!place.Success)
        {
            return new JobOutcome.StoreFailed(place.Error);
        }

        try
        {
            return await StartAsync(call, details, job, place.Value, command).ConfigureAwait(false);
        }
        catch (JobHostException e)
        {
            return new JobOutcome.HostFailed(e.OnHost, e.Message);
        }
    }

    private async Task<JobOutcome> StartAsync(AuditedCall call, AuditDetails details, Job job, JobPlace place, JobCommand command)
    {
        var (access, refusal) = places.AccessTo(place.Connection);
        refusal ??= CommandRules.CheckAllowed(access!, command.Text, place.Folder, call.Origin.IsAdmin)
            ?? CommandRules.CheckConnected(access!, clock);
        if (refusal is not null)
        {
            return new JobOutcome.Refused(refusal);
        }

        var (shell, session) = (access!.Shell, SessionName(job));
        StoreResult<Job> marked;
        using (await locks.LockHostAsync(access.Host.Name, CancellationToken.None).ConfigureAwait(false))
        {
            await call.BeginAsync(details).ConfigureAwait(false);
            await JobSession.StartAsync(shell, job.Id, session, place.Folder, command, clock, CancellationToken.None).ConfigureAwait(false);
            marked = await jobs.MarkRunningAsync(job, session, place.Connection, CancellationToken.None).ConfigureAwait(false);
            if (!marked.Success || marked.Value.Session != session)
            {
                await JobSession.CancelAsync(shell, job.Id, clock, CancellationToken.None).ConfigureAwait(false);
                return marked.Success ? JobOutcome.WrongState(marked.Value, "started") : new JobOutcome.StoreFailed(marked.Error);
            }
        }

        await follower.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        follower.PollNow();
        return new JobOutcome.Done(marked.Value);
    }
}
