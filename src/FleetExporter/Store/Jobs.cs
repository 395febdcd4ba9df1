namespace FleetExporter.Store;

/// <summary>The table of jobs.</summary>
internal sealed class Jobs(Database database) : Table<JobRow, Job>(
    database, "jobs", "job", "id, project_id, name, model_name, status, config, metrics, container_id, session, exit_code, reason, metrics_at, "
        + "started_at, completed_at, created_at",
    row => row.ToRecord())
{
    public const int Max = 100_000;

    /// <summary>Characters that the metrics of one job may come to, however they came together.</summary>
    private const int MostMetrics = 256 * 1024;

    private static readonly StoreError.NotFound NoProject = new("project");

    /// <param name="project">Id of a project; null lists those of all.</param>
    /// <param name="state">Null lists those in any.</param>
    public Task<StoreResult<Page<Job>>> ListAsync(string? project, JobStatus? state, int limit, string? cursor, CancellationToken stop)
    {
        var status = state is { } one ? Cells.Of(one) : null;
        return ListAsync(
            "(@project IS NULL OR project_id = @project) AND (@status IS NULL OR status = @status)",
            new { project, status, cursor, most = limit + 1 }, limit, j => j.Id, stop);
    }

    /// <summary>How many jobs are in each state; a state without one is left out.</summary>
    public Task<StoreResult<IReadOnlyDictionary<JobStatus, long>>> CountAsync(CancellationToken stop) =>
        Database.ReadAsync<IReadOnlyDictionary<JobStatus, long>>(
            async work => (await work.ManyAsync<(string Status, long Count)>(
                "SELECT status, COUNT(*) FROM jobs GROUP BY status", new { }).ConfigureAwait(false))
                .ToDictionary(r => Cells.Member<JobStatus>(r.Status), r => r.Count),
            stop);

    /// <summary>
    /// Those that run or whose session may be there still, those that failed, and those that ended lately; in this order, at most 2000.
    /// </summary>
    /// <param name="failed">Since when a failure counts.</param>
    /// <param name="ended">Since when any end counts.</param>
    public Task<StoreResult<IReadOnlyList<WatchedJob>>> WatchedAsync(DateTimeOffset failed, DateTimeOffset ended, CancellationToken stop) =>
        Database.ReadAsync<IReadOnlyList<WatchedJob>>(
            async work => (await work.ManyAsync<WatchedRow>(
                $"""
                SELECT {string.Join(", ", Columns.Split(", ").Select(c => "j." + c))}, p.name AS project_name, p.connection_id
                FROM jobs j JOIN projects p ON p.id = j.project_id
                WHERE j.status = 'running' OR j.session IS NOT NULL OR (j.status = 'failed' AND j.completed_at >= @failed) OR j.completed_at >= @ended
                ORDER BY CASE WHEN j.status = 'running' OR j.session IS NOT NULL THEN 0 ELSE 1 END, j.id LIMIT 2000
                """,
                new { failed = Cells.Of(failed), ended = Cells.Of(ended) }).ConfigureAwait(false))
                .ConvertAll(r => new WatchedJob(r.ToRecord(), r.ProjectName, r.ConnectionId)),
            stop);

    /// <summary>Keeps what a job printed last, in the place of what was kept before.</summary>
    public Task<StoreResult<string>> KeepOutputAsync(string id, string text, CancellationToken stop) => Database.WriteAsync<string>(
        async work =>
        {
            if (await RowAsync(work, id).ConfigureAwait(false) is null)
            {
                return Missing;
            }

            await work.RunAsync(
                "INSERT INTO job_outputs (job_id, text) VALUES (@id, @text) ON CONFLICT (job_id) DO UPDATE SET text = excluded.text",
                new { id, text }).ConfigureAwait(false);
            return text;
        },
        stop);

    /// <returns>Empty where nothing was kept.</returns>
    public Task<StoreResult<string>> OutputAsync(string id, CancellationToken stop) => Database.ReadAsync<string>(
        async work => await work.OneAsync<string>("SELECT text FROM job_outputs WHERE job_id = @id", new { id }).ConfigureAwait(false) ?? "", stop);

    /// <summary>Adds it with an id and times of the store's; one that is running already started now.</summary>
    public Task<StoreResult<Job>> AddAsync(Job given, CancellationToken stop) => Database.WriteAsync<Job>(
        async work =>
        {
            if (Check(given) is { } conflict)
            {
                return conflict;
            }

            if (await FullAsync(work, "1 = 1", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var project = await work.OneAsync<string>(
                $"SELECT id FROM projects WHERE id = @key OR name = @key{work.LockRow}", new { key = given.ProjectId }).ConfigureAwait(false);
            if (project is null)
            {
                return NoProject;
            }

            var pending = given with
            {
                Id = Ids.New(Now),
                ProjectId = project,
                Status = JobStatus.Pending,
                StartedAt = null,
                CompletedAt = null,
                CreatedAt = Now,
                MetricsAt = given.Metrics.Count > 0 ? Now : null
            };
            var added = Job.Moved(pending, pending with { Status = given.Status }, Now)!;
            await work.RunAsync(Insert, JobRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <param name="change">
    /// Pure: it may be called more than once. Id, project and times are the store's; a state it may not go to is a conflict. One that returns what it
    /// was given writes nothing, so that of several exporters that see the same end of a job one writes it.
    /// </param>
    public Task<StoreResult<Job>> ChangeAsync(string key, Func<Job, Job> change, CancellationToken stop) =>
        Database.WriteAsync<Job>(work => ChangeAsync(work, key, change, isTold: false), stop);

    /// <summary>The same for what somebody tells of the job: of one that runs in a session only the session tells how it ends.</summary>
    public Task<StoreResult<Job>> TellAsync(string key, Func<Job, Job> change, CancellationToken stop) =>
        Database.WriteAsync<Job>(work => ChangeAsync(work, key, change, isTold: true), stop);

    /// <summary>Marks a job as running in a session; one that is not pending any more stays as it is.</summary>
    /// <param name="at">Its connection when the session was started; where that leads elsewhere by now, it is a conflict.</param>
    public Task<StoreResult<Job>> BeginAsync(Job job, string session, Connection at, CancellationToken stop) => Database.WriteAsync<Job>(
        async work =>
        {
            // Locked before the job, as by whoever changes or removes the connection or the project.
            var connection = await work.OneAsync<ConnectionRow>(
                $"SELECT c.* FROM connections c JOIN projects p ON p.connection_id = c.id WHERE p.id = @id{work.LockRow}",
                new { id = job.ProjectId }).ConfigureAwait(false);
            return connection is null ? Missing
                : !connection.ToRecord().LeadsWhere(at)
                    ? new StoreError.Conflict("connection", "the connection was changed while the job was being started; start it again")
                : await ChangeAsync(
                    work, job.Id, j => j.Status == JobStatus.Pending ? j with { Status = JobStatus.Running, Session = session } : j,
                    isTold: false).ConfigureAwait(false);
        },
        stop);

    /// <summary>Removes a job that has no session.</summary>
    /// <returns>What was removed.</returns>
    public Task<StoreResult<Job>> RemoveAsync(string key, CancellationToken stop) => Database.WriteAsync<Job>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { Id: var id } row)
            {
                return Missing;
            }

            var job = row.ToRecord();
            if (job.Session is not null)
            {
                return new StoreError.Conflict("status", job.IsFinished
                    ? $"the job has ended, and its session {job.Session} is not taken away yet; that comes with the next look at its host, "
                        + "or by cancelling it with force"
                    : $"the job runs in the session {job.Session}; cancel it first");
            }

            await work.RunAsync("DELETE FROM jobs WHERE id = @id", new { id }).ConfigureAwait(false);
            return job;
        },
        stop);

    private async Task<StoreResult<Job>> ChangeAsync(Work work, string key, Func<Job, Job> change, bool isTold)
    {
        if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
        {
            return Missing;
        }

        var before = row.ToRecord();
        var changed = change(before);
        if (ReferenceEquals(changed, before))
        {
            return before;
        }

        var wanted = changed with { Id = before.Id, ProjectId = before.ProjectId, CreatedAt = before.CreatedAt };
        if (isTold && before is { Session: not null, Status: JobStatus.Running } && wanted.Status != before.Status)
        {
            return new StoreError.Conflict("status", $"the job runs in the session {before.Session}, which tells how it ends; cancel it to end it");
        }

        if (Job.Moved(before, wanted, Now) is not { } after)
        {
            return new StoreError.Conflict("status", $"a job that is {Cells.Of(before.Status)} does not become {Cells.Of(wanted.Status)}");
        }

        if (Check(after) is { } conflict)
        {
            return conflict;
        }

        await work.RunAsync(Update, JobRow.Of(after)).ConfigureAwait(false);
        return after;
    }

    private static StoreError.Conflict? Check(Job job) =>
        Clash(job.Name) is { } clash ? new StoreError.Conflict("name", clash)
        : Cells.Of(job.Metrics).Length > MostMetrics
            ? new StoreError.Conflict("metrics", $"the metrics of a job come to more than {MostMetrics / 1024} KiB")
        : null;
}

/// <param name="Project">The name of its project.</param>
/// <param name="Connection">The id of its connection.</param>
internal sealed record WatchedJob(Job Job, string Project, string Connection);

internal sealed class WatchedRow : JobRow
{
    public string ProjectName { get; set; } = "";

    public string ConnectionId { get; set; } = "";
}

internal class JobRow
{
    public string Id { get; set; } = "";

    public string ProjectId { get; set; } = "";

    public string Name { get; set; } = "";

    public string? ModelName { get; set; }

    public string Status { get; set; } = "";

    public string Config { get; set; } = "";

    public string Metrics { get; set; } = "";

    public string? ContainerId { get; set; }

    public string? Session { get; set; }

    public int? ExitCode { get; set; }

    public string? Reason { get; set; }

    public long? MetricsAt { get; set; }

    public long? StartedAt { get; set; }

    public long? CompletedAt { get; set; }

    public long CreatedAt { get; set; }

    public static JobRow Of(Job j) => new()
    {
        Id = j.Id,
        ProjectId = j.ProjectId,
        Name = j.Name,
        ModelName = j.ModelName,
        Status = Cells.Of(j.Status),
        Config = Cells.Of(j.Config),
        Metrics = Cells.Of(j.Metrics),
        ContainerId = j.ContainerId,
        Session = j.Session,
        ExitCode = j.ExitCode,
        Reason = j.Reason,
        MetricsAt = Cells.Of(j.MetricsAt),
        StartedAt = Cells.Of(j.StartedAt),
        CompletedAt = Cells.Of(j.CompletedAt),
        CreatedAt = Cells.Of(j.CreatedAt),
    };

    public Job ToRecord() => new()
    {
        Id = Id,
        ProjectId = ProjectId,
        Name = Name,
        ModelName = ModelName,
        Status = Cells.Member<JobStatus>(Status),
        Config = Cells.Json(Config),
        Metrics = Cells.Json(Metrics),
        ContainerId = ContainerId,
        Session = Session,
        ExitCode = ExitCode,
        Reason = Reason,
        MetricsAt = Cells.Time(MetricsAt),
        StartedAt = Cells.Time(StartedAt),
        CompletedAt = Cells.Time(CompletedAt),
        CreatedAt = Cells.Time(CreatedAt),
    };
}
