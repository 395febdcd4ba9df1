namespace FleetExporter.Store;

/// <summary>The table of projects.</summary>
internal sealed class Projects(Database database) : Table<ProjectRow, Project>(
    database, "projects", "project", "id, connection_id, name, description, project_type, remote_path, status, config, created_at, updated_at",
    row => row.ToRecord())
{
    public const int Max = 10_000;

    private static readonly StoreError.NotFound NoConnection = new("connection");

    /// <param name="connection">Id of a connection; null for all.</param>
    public Task<StoreResult<Page<Project>>> ListAsync(string? connection, int limit, string? cursor, CancellationToken stop) =>
        ListAsync("(@connection IS NULL OR connection_id = @connection)", new { connection, cursor, max = limit + 1 }, limit, p => p.Id, stop);

    /// <summary>Adds a project; the store assigns id and times.</summary>
    public Task<StoreResult<Project>> AddAsync(Project project, CancellationToken stop) => Database.WriteAsync<Project>(
        async work =>
        {
            if (NameError(project.Name) is { } error)
            {
                return new StoreError.Conflict("name", error);
            }

            if (await LimitErrorAsync(work, "1 = 1", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var connection = await work.OneAsync<string>(
                $"SELECT id FROM connections WHERE id = @key OR name = @key{work.LockRow}", new { key = project.ConnectionId }).ConfigureAwait(false);
            if (connection is null)
            {
                return NoConnection;
            }

            var added = project with { Id = Ids.New(Database.Clock.GetUtcNow()), ConnectionId = connection, CreatedAt = Now, UpdatedAt = Now };
            await work.RunAsync(Insert, ProjectRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <param name="change">Pure, because it may run more than once. Id, connection and creation time cannot change.</param>
    public Task<StoreResult<Project>> ChangeAsync(string key, Func<Project, Project> change, CancellationToken stop) => Database.WriteAsync<Project>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
            {
                return Missing;
            }

            var previous = row.ToRecord();
            var updated = change(previous) with
            {
                Id = previous.Id,
                ConnectionId = previous.ConnectionId,
                CreatedAt = previous.CreatedAt,
                UpdatedAt = Now,
            };
            if (NameError(updated.Name) is { } error)
            {
                return new StoreError.Conflict("name", error);
            }

            await work.RunAsync(Update, ProjectRow.Of(updated)).ConfigureAwait(false);
            return updated;
        },
        stop);

    /// <param name="cascade">Also deletes its jobs; otherwise a project with jobs is not deleted.</param>
    /// <returns>The removed project.</returns>
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
                    return new StoreError.Conflict("jobs", "a job of the project has a tmux session; cancel the job first");
                }

                await work.RunAsync("DELETE FROM jobs WHERE project_id = @id", new { id }).ConfigureAwait(false);
            }
            else if (await work.OneAsync<long>("SELECT COUNT(*) FROM jobs WHERE project_id = @id", new { id }).ConfigureAwait(false) is > 0
                and var jobs)
            {
                return new StoreError.Conflict("jobs", $"the project has {jobs} jobs; delete them first or use cascade");
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
