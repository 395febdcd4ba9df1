using System.Text;
using FleetExporter.Polling;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Starts jobs in sessions on the hosts of their projects, ends them, and reads what they print.</summary>
/// <remarks>
/// A job is started first and marked as running then.
/// Where the second fails the first is undone; where this process dies between, the next start finds the session by the job's id and takes it over.
/// </remarks>
internal sealed class JobRunner(
    Jobs jobs, Projects projects, Connections connections, Watchlist watchlist, CommandRunner commands,
    JobTurns turns, JobFollower follower, TimeProvider clock)
{
    private static readonly StoreError.Conflict Taken = new("status", "the job is being started or cancelled just now");

    /// <param name="isAdmin">Whether the caller has the scope admin.</param>
    /// <param name="begin">Awaited before anything is done on the host; what it throws keeps it from being done.</param>
    /// <exception cref="CommandRefusedException">The host does not take it, or not from this caller.</exception>
    /// <exception cref="JobHostException">It could not be started there.</exception>
    public async Task<StoreResult<Job>> StartAsync(string id, JobCommand command, bool isAdmin, Func<Task> begin)
    {
        using var turn = turns.Take(id);
        if (turn is null)
        {
            return Taken;
        }

        var found = await jobs.FindAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (!found.Success)
        {
            return found.Error;
        }

        if (found.Value.Status != JobStatus.Pending)
        {
            return Not(found.Value, "started");
        }

        var place = await PlaceAsync(found.Value).ConfigureAwait(false);
        if (!place.Success)
        {
            return place.Error;
        }

        var access = AccessTo(place.Value.Connection);
        CommandRunner.CheckAllowed(access, command.Text, place.Value.Folder, isAdmin);
        commands.CheckConnected(access);
        var name = SessionName(found.Value);
        using (await turns.OnHostAsync(access.Host.Name, CancellationToken.None).ConfigureAwait(false))
        {
            await begin().ConfigureAwait(false);
            await JobSession.StartAsync(access.Shell, id, name, place.Value.Folder, command, clock, CancellationToken.None).ConfigureAwait(false);
            var marked = await jobs.MarkRunningAsync(found.Value, name, place.Value.Connection, CancellationToken.None).ConfigureAwait(false);
            if (!marked.Success || marked.Value.Session != name)
            {
                await JobSession.CancelAsync(access.Shell, id, clock, CancellationToken.None).ConfigureAwait(false);
                return marked.Success ? Not(marked.Value, "started") : marked.Error;
            }

            found = marked;
        }

        await follower.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        follower.LookNow();
        return found;
    }

    /// <param name="force">
    /// It is cancelled too where its host is not connected or does not end it: what is left there is left. So is what is left of one that has ended.
    /// </param>
    /// <param name="begin">Awaited before anything is done on the host; what it throws keeps it from being done.</param>
    /// <exception cref="CommandRefusedException">The host is not connected.</exception>
    /// <exception cref="JobHostException">It could not be ended there.</exception>
    public async Task<StoreResult<Job>> CancelAsync(string id, bool force, Func<Task> begin)
    {
        using var turn = turns.Take(id);
        if (turn is null)
        {
            return Taken;
        }

        var found = await jobs.FindAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (!found.Success)
        {
            return found.Error;
        }

        if (found.Value.IsFinished && !(force && found.Value.Session is not null))
        {
            return Not(found.Value, "cancelled");
        }

        string? tail = null;
        string? reason = null;
        if (found.Value.Session is not null)
        {
            var place = await PlaceAsync(found.Value).ConfigureAwait(false);
            if (!place.Success)
            {
                return place.Error;
            }

            try
            {
                tail = await EndAsync(place.Value.Connection, id, begin).ConfigureAwait(false);
            }
            catch (Exception e) when (force && e is CommandRefusedException or JobHostException)
            {
                reason = $"cancelled without its host, where processes of it may remain: {e.Message}";
            }
        }

        // First, so that whoever sees the job cancelled finds what it printed.
        if (tail is { Length: > 0 })
        {
            var output = string.Join('\n', JobSession.Last(tail, JobSession.KeptLines).Lines);
            var kept = await jobs.SaveOutputAsync(id, JobProgress.Storable(output), CancellationToken.None).ConfigureAwait(false);
            reason ??= kept.Error is { } error ? $"what it printed could not be kept: {error}" : null;
        }

        var changed = await jobs.ChangeAsync(
            id,
            j => !j.IsFinished ? j with { Status = JobStatus.Cancelled, Session = null, Reason = reason }
                : force ? j with { Session = null } : j,
            CancellationToken.None).ConfigureAwait(false);
        await follower.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        return changed;
    }

    /// <summary>From its session while it runs, from the store afterwards.</summary>
    /// <exception cref="CommandRefusedException">The host is not connected.</exception>
    /// <exception cref="JobHostException">The host could not be asked.</exception>
    public async Task<StoreResult<JobOutput>> OutputAsync(Job job, int lines, CancellationToken stop)
    {
        if (job is { Status: JobStatus.Running, Session: not null })
        {
            var place = await PlaceAsync(job).ConfigureAwait(false);
            if (!place.Success)
            {
                return place.Error;
            }

            var access = AccessTo(place.Value.Connection);
            commands.CheckConnected(access);
            using var turn = await turns.OnHostAsync(access.Host.Name, stop).ConfigureAwait(false);
            if (await JobSession.OutputAsync(access.Shell, job.Id, lines, clock, stop).ConfigureAwait(false) is { } output)
            {
                return output;
            }
        }

        var kept = await jobs.OutputAsync(job.Id, stop).ConfigureAwait(false);
        return kept.Success ? JobSession.Last(kept.Value, lines) : kept.Error;
    }

    /// <summary><c>job-</c>, what the name leaves of letters and digits, and an end of the id that no other job has.</summary>
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

    private static StoreError.Conflict Not(Job job, string what) =>
        new("status", $"a job that is {Words.Of(job.Status)} cannot be {what}");

    /// <exception cref="CommandRefusedException">The connection is not watched.</exception>
    private HostAccess AccessTo(Connection connection) => watchlist.AccessTo(connection.Id) ?? throw new CommandRefusedException(
        CommandRefusal.NotWatched,
        $"the job's project is on the connection {connection.Name}, which is not watched: "
        + $"{watchlist.Find(connection.Id)?.Idle ?? "it is being connected"}");

    private async Task<string> EndAsync(Connection connection, string id, Func<Task> begin)
    {
        var access = AccessTo(connection);
        commands.CheckConnected(access);
        using var turn = await turns.OnHostAsync(access.Host.Name, CancellationToken.None).ConfigureAwait(false);
        await begin().ConfigureAwait(false);
        var ended = await JobSession.CancelAsync(access.Shell, id, clock, CancellationToken.None).ConfigureAwait(false);
        return ended switch
        {
            { Left: > 0 } => throw new JobHostException(false, $"{ended.Left} processes of the job could not be ended, not even by KILL"),
            { SessionGone: false } => throw new JobHostException(false, "its processes are gone, and tmux still has its session"),
            _ => ended.Tail,
        };
    }

    private async Task<StoreResult<Place>> PlaceAsync(Job job)
    {
        var project = await projects.FindAsync(job.ProjectId, CancellationToken.None).ConfigureAwait(false);
        if (!project.Success)
        {
            return project.Error;
        }

        var connection = await connections.FindAsync(project.Value.ConnectionId, CancellationToken.None).ConfigureAwait(false);
        return connection.Success ? new Place(connection.Value, project.Value.RemotePath) : connection.Error;
    }

    private sealed record Place(Connection Connection, string? Folder);
}
