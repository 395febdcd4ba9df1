namespace FleetExporter.Store;

/// <summary>The table of jobs.</summary>
internal sealed class Jobs(Database database) : Table<JobRow, Job>(
    database, "jobs", "job", "id, project_id, name, model_name, status, config, metrics, container_id, session, exit_code, reason, metrics_at, "
        + "started_at, completed_at, created_at",
    row => row.ToRecord())
{
    public const int Max = 100_000;

    /// <summary>Maximum JSON length of the metrics of one job.</summary>
    private const int MaxMetricsLength = 256 * 1024;

    private static readonly StoreError.NotFound NoProject = new("project");

    /// <summary>Raised after this exporter has stored another status of a job: handlers must not block or throw.</summary>
    public event Action<JobChange>? StatusChanged;

    /// <param name="project">Id of a project; null for all.</param>
    /// <param name="state">Null for all.</param>
    public Task<StoreResult<Page<Job>>> ListAsync(string? project, JobStatus? state, int limit, string? cursor, CancellationToken stop)
    {
        var status = state is { } one ? Cells.Of(one) : null;
        return ListAsync(
            "(@project IS NULL OR project_id = @project) AND (@status IS NULL OR status = @status)",
            new { project, status, cursor, max = limit + 1 }, limit, j => j.Id, stop);
    }

    /// <summary>Number of jobs by status; statuses without jobs are omitted.</summary>
    public Task<StoreResult<IReadOnlyDictionary<JobStatus, long>>> CountAsync(CancellationToken stop) =>
        Database.ReadAsync<IReadOnlyDictionary<JobStatus, long>>(
            async work => (await work.ManyAsync<(string Status, long Count)>(
                "SELECT status, COUNT(*) FROM jobs GROUP BY status", new { }).ConfigureAwait(false))
                .ToDictionary(r => Cells.Member<JobStatus>(r.Status), r => r.Count),
            stop);

    /// <summary>
    /// Jobs that run or may still have a tmux session, then failed and recently ended ones; at most 2000.
    /// </summary>
    /// <param name="failed">Failed jobs are included if they ended since then.</param>
    /// <param name="ended">Other jobs are included if they ended since then.</param>
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

    /// <summary>Saves the last output of a job, replacing the previous one.</summary>
    public Task<StoreResult<string>> SaveOutputAsync(string id, string text, CancellationToken stop) => Database.WriteAsync<string>(
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

    /// <returns>Empty without saved output.</returns>
    public Task<StoreResult<string>> OutputAsync(string id, CancellationToken stop) => Database.ReadAsync<string>(
        async work => await work.OneAsync<string>("SELECT text FROM job_outputs WHERE job_id = @id", new { id }).ConfigureAwait(false) ?? "", stop);

    /// <summary>Adds a job; the store assigns id and times. A running job gets the current time as its start.</summary>
    public Task<StoreResult<Job>> AddAsync(Job job, CancellationToken stop) => WriteAsync(
        async (work, changed) =>
        {
            if (Check(job) is { } conflict)
            {
                return conflict;
            }

            if (await LimitErrorAsync(work, "1 = 1", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var project = await work.OneAsync<string>(
                $"SELECT id FROM projects WHERE id = @key OR name = @key{work.LockRow}", new { key = job.ProjectId }).ConfigureAwait(false);
            if (project is null)
            {
                return NoProject;
            }

            var pending = job with
            {
                Id = Ids.New(Database.Clock.GetUtcNow()),
                ProjectId = project,
                Status = JobStatus.Pending,
                StartedAt = null,
                CompletedAt = null,
                CreatedAt = Now,
                MetricsAt = job.Metrics.Count > 0 ? Now : null
            };
            var added = Job.Transition(pending, pending with { Status = job.Status }, Now)!;
            await work.RunAsync(Insert, JobRow.Of(added)).ConfigureAwait(false);
            changed(await JobChange.OfAsync(work, pending, added).ConfigureAwait(false));
            return added;
        },
        stop);

    /// <param name="change">
    /// Pure, because it may run more than once. Id, project and times cannot change; an invalid status change is a conflict. Returning the same
    /// instance writes nothing, so that only one of several exporters writes the end of a job.
    /// </param>
    public Task<StoreResult<Job>> ChangeAsync(string key, Func<Job, Job> change, CancellationToken stop) =>
        WriteAsync((work, changed) => ChangeAsync(work, key, change, isReported: false, changed), stop);

    /// <summary>Applies a change reported by a caller. The end of a job in a tmux session cannot be reported: the session determines it.</summary>
    public Task<StoreResult<Job>> ReportAsync(string key, Func<Job, Job> change, CancellationToken stop) =>
        WriteAsync((work, changed) => ChangeAsync(work, key, change, isReported: true, changed), stop);

    /// <summary>Marks a pending job as running in a tmux session; other jobs do not change.</summary>
    /// <param name="at">Its connection when the session was started; a changed address is a conflict.</param>
    public Task<StoreResult<Job>> MarkRunningAsync(Job job, string session, Connection at, CancellationToken stop) => WriteAsync(
        async (work, changed) =>
        {
            // Locked before the job, in the same order as changes of connection and project.
            var connection = await work.OneAsync<ConnectionRow>(
                $"SELECT c.* FROM connections c JOIN projects p ON p.connection_id = c.id WHERE p.id = @id{work.LockRow}",
                new { id = job.ProjectId }).ConfigureAwait(false);
            return connection is null ? Missing
                : !connection.ToRecord().HasSameAddress(at)
                    ? new StoreError.Conflict("connection", "the connection changed while the job was starting; start the job again")
                : await ChangeAsync(
                    work, job.Id, j => j.Status == JobStatus.Pending ? j with { Status = JobStatus.Running, Session = session } : j,
                    isReported: false, changed).ConfigureAwait(false);
        },
        stop);

    /// <summary>Removes a job without a tmux session.</summary>
    /// <returns>The removed job.</returns>
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
                    ? $"the job has ended, but its tmux session {job.Session} is not removed yet; wait for the next poll of its host, "
                        + "or cancel the job with force"
                    : $"the job runs in the tmux session {job.Session}; cancel it first");
            }

            await work.RunAsync("DELETE FROM jobs WHERE id = @id", new { id }).ConfigureAwait(false);
            return job;
        },
        stop);

    /// <param name="work">Receives what to call with a change of the status.</param>
    private async Task<StoreResult<Job>> WriteAsync(Func<UnitOfWork, Action<JobChange?>, Task<StoreResult<Job>>> work, CancellationToken stop)
    {
        JobChange? change = null;
        var written = await Database.WriteAsync(unit => work(unit, c => change = c), stop).ConfigureAwait(false);
        if (written.Success && change is not null)
        {
            StatusChanged?.Invoke(change);
        }

        return written;
    }

    private async Task<StoreResult<Job>> ChangeAsync(
        UnitOfWork work, string key, Func<Job, Job> change, bool isReported, Action<JobChange?> changed)
    {
        if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
        {
            return Missing;
        }

        var previous = row.ToRecord();
        var next = change(previous);
        if (ReferenceEquals(next, previous))
        {
            changed(null);
            return previous;
        }

        var wanted = next with { Id = previous.Id, ProjectId = previous.ProjectId, CreatedAt = previous.CreatedAt };
        if (isReported && previous is { Session: not null, Status: JobStatus.Running } && wanted.Status != previous.Status)
        {
            return new StoreError.Conflict(
                "status", $"the status of a job in a tmux session ({previous.Session}) follows from that session; cancel the job to end it");
        }

        if (Job.Transition(previous, wanted, Now) is not { } updated)
        {
            return new StoreError.Conflict("status", $"a job cannot change from {Cells.Of(previous.Status)} to {Cells.Of(wanted.Status)}");
        }

        if (Check(updated) is { } conflict)
        {
            return conflict;
        }

        await work.RunAsync(Update, JobRow.Of(updated)).ConfigureAwait(false);
        changed(await JobChange.OfAsync(work, previous, updated).ConfigureAwait(false));
        return updated;
    }

    private static StoreError.Conflict? Check(Job job) =>
        NameError(job.Name) is { } error ? new StoreError.Conflict("name", error)
        : Cells.Of(job.Metrics).Length > MaxMetricsLength
            ? new StoreError.Conflict("metrics", $"the metrics of a job exceed {MaxMetricsLength / 1024} KiB; remove some")
        : null;
}
