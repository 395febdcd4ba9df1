namespace FleetExporter.Store;

/// <param name="Project">Name of its project.</param>
/// <param name="Connection">Id of its connection.</param>
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
