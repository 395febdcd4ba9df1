using FleetExporter.Control.Commands;
using FleetExporter.Polling;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Where a job runs.</summary>
/// <param name="Folder">Null: the login user's home.</param>
internal sealed record JobPlace(Connection Connection, string? Folder);

/// <summary>Finds jobs, their projects' connections, and the hosts.</summary>
internal sealed class JobPlaces(Jobs jobs, Projects projects, Connections connections, Watchlist watchlist)
{
    private const int MaxKey = 200;

    /// <param name="key">Job id or name from the caller.</param>
    public async Task<StoreResult<Job>> FindAsync(string key, CancellationToken stop) =>
        key.Length > MaxKey || key.Any(char.IsControl) ? new StoreError.NotFound("job") : await jobs.FindAsync(key, stop).ConfigureAwait(false);

    public async Task<StoreResult<JobPlace>> OfAsync(Job job)
    {
        var project = await projects.FindAsync(job.ProjectId, CancellationToken.None).ConfigureAwait(false);
        if (!project.Success)
        {
            return project.Error;
        }

        var connection = await connections.FindAsync(project.Value.ConnectionId, CancellationToken.None).ConfigureAwait(false);
        return connection.Success ? new JobPlace(connection.Value, project.Value.RemotePath) : connection.Error;
    }

    /// <returns>The connection's host, or why it is missing.</returns>
    public (HostAccess? Access, CommandRefusal? Refusal) AccessTo(Connection connection) =>
        watchlist.AccessTo(connection.Id) is { } access ? (access, null) : (null, new CommandRefusal(
            RefusalReason.NotWatched,
            $"the job's project is on the connection {connection.Name}, which is not watched: "
            + $"{watchlist.Find(connection.Id)?.Idle ?? "its monitor is starting"}"));
}
