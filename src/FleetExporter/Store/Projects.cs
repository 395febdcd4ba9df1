namespace FleetExporter.Store;

/// <summary>The table of projects.</summary>
internal sealed class Projects(Database database) : Table<ProjectRow, Project>(
    database, "projects", "project", "id, connection_id, name, description, project_type, remote_path, status, config, created_at, updated_at",
    row => row.ToRecord())
{
    public const int Max = 10_000;

    private static readonly StoreError.NotFound NoConnection = new("connection");

    /// <param name="connection">Id of a connection; null lists those of all.</param>
    public Task<StoreResult<Page<Project>>> ListAsync(string? connection, int limit, string? cursor, CancellationToken stop) =>
        ListAsync("(@connection IS NULL OR connection_id = @connection)", new { connection, cursor, most = limit + 1 }, limit, p => p.Id, stop);

    /// <summary>Adds it with an id and times of the store's.</summary>
    public Task<StoreResult<Project>> AddAsync(Project given, CancellationToken stop) => Database.WriteAsync<Project>(
        async work =>
        {
            if (Clash(given.Name) is { } clash)
            {
                return new StoreError.Conflict("name", clash);
            }

            if (await FullAsync(work, "1 = 1", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var connection = await work.OneAsync<string>(
                $"SELECT id FROM connections WHERE id = @key OR name = @key{work.LockRow}", new { key = given.ConnectionId }).ConfigureAwait(false);
            if (connection is null)
            {
                return NoConnection;
            }

            var added = given with { Id = Ids.New(Now), ConnectionId = connection, CreatedAt = Now, UpdatedAt = Now };
            await work.RunAsync(Insert, ProjectRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <param name="change">Pure: it may be called more than once. Id, connection and the time of creation stay as they are.</param>
    public Task<StoreResult<Project>> ChangeAsync(string key, Func<Project, Project> change, CancellationToken stop) => Database.WriteAsync<Project>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
            {
                return Missing;
            }

            var before = row.ToRecord();
            var after = change(before) with { Id = before.Id, ConnectionId = before.ConnectionId, CreatedAt = before.CreatedAt, UpdatedAt = Now };
            if (Clash(after.Name) is { } clash)
            {
                return new StoreError.Conflict("name", clash);
            }

            await work.RunAsync(Update, ProjectRow.Of(after)).ConfigureAwait(false);
            return after;
        },
        stop);

    /// <param name="cascade">Its jobs go too; without it a project with jobs stays.</param>
    /// <returns>What was removed.</returns>
    public Task<StoreResult<Project>> RemoveAsync(string key, bool cascade, CancellationToken stop) => Database.WriteAsync<Project>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { Id: var id } row)
            {
                return Missing;
            }

            if (cascade)
            {
                if (await work.OneAsync<long>(
                    "SELECT COUNT(*) FROM jobs WHERE project_id = @id AND session IS NOT NULL", new { id }).ConfigureAwait(false) > 0)
                {
                    return new StoreError.Conflict("jobs", "a job of the project has a session of its own; cancel it first");
                }

                await work.RunAsync("DELETE FROM jobs WHERE project_id = @id", new { id }).ConfigureAwait(false);
            }
            else if (await work.OneAsync<long>("SELECT COUNT(*) FROM jobs WHERE project_id = @id", new { id }).ConfigureAwait(false) is > 0
                and var jobs)
            {
                return new StoreError.Conflict("jobs", $"the project has {jobs} jobs; cascade removes them too");
            }

            await work.RunAsync("DELETE FROM projects WHERE id = @id", new { id }).ConfigureAwait(false);
            return row.ToRecord();
        },
        stop);
}

internal sealed class ProjectRow
{
    public string Id { get; set; } = "";

    public string ConnectionId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string ProjectType { get; set; } = "";

    public string? RemotePath { get; set; }

    public string Status { get; set; } = "";

    public string Config { get; set; } = "";

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public static ProjectRow Of(Project p) => new()
    {
        Id = p.Id,
        ConnectionId = p.ConnectionId,
        Name = p.Name,
        Description = p.Description,
        ProjectType = Cells.Of(p.ProjectType),
        RemotePath = p.RemotePath,
        Status = p.Status,
        Config = Cells.Of(p.Config),
        CreatedAt = Cells.Of(p.CreatedAt),
        UpdatedAt = Cells.Of(p.UpdatedAt),
    };

    public Project ToRecord() => new()
    {
        Id = Id,
        ConnectionId = ConnectionId,
        Name = Name,
        Description = Description,
        ProjectType = Cells.Member<ProjectType>(ProjectType),
        RemotePath = RemotePath,
        Status = Status,
        Config = Cells.Json(Config),
        CreatedAt = Cells.Time(CreatedAt),
        UpdatedAt = Cells.Time(UpdatedAt),
    };
}
