using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Cached jobs of the store, for the exposition, which never waits for the store. Singleton.</summary>
internal sealed class JobBoard(TimeProvider clock) : IPagePart
{
    /// <summary>How long metrics of a finished job stay on the page, so that a scrape sees the last values.</summary>
    public static readonly TimeSpan ShowsEnded = TimeSpan.FromMinutes(5);

    /// <summary>How long a failure stays on the page.</summary>
    public static readonly TimeSpan ShowsFailed = TimeSpan.FromDays(1);

    private static readonly MetricFamily Count = MetricFamily.Gauge(
        "fleet_jobs", "Training jobs in the store by status, every status always; absent until the store has been read.", "status");

    private static readonly MetricFamily Running = MetricFamily.Gauge(
        "fleet_job_running_seconds", "Time since a running job was started.", "project", "training_job").WithMaxSeries(1024);

    private static readonly MetricFamily Value = MetricFamily.Gauge(
        "fleet_job_metric", "The numbers among the metrics of a job, while it runs and for 5 min after its end.",
        "project", "training_job", "name").WithMaxSeries(1024);

    private static readonly MetricFamily LastMetric = MetricFamily.Gauge(
        "fleet_job_last_metric_timestamp_seconds", "When the metrics of a running job last changed; while it has none, when it was started.",
        "project", "training_job").WithMaxSeries(1024);

    private static readonly MetricFamily Failed = MetricFamily.Gauge(
        "fleet_job_failed_timestamp_seconds", "When a job failed, for a day after that.", "project", "training_job").WithMaxSeries(1024);

    private volatile View? _view;

    public static IReadOnlyList<MetricFamily> Families { get; } = [Count, Running, Value, LastMetric, Failed];

    internal void Show(IReadOnlyDictionary<JobStatus, long> counts, IReadOnlyList<WatchedJob> jobs) => _view = new View(counts, jobs);

    public void WriteTo(MetricsPage page)
    {
        if (_view is not { } view)
        {
            return;
        }

        foreach (var status in Enum.GetValues<JobStatus>())
        {
            page.Add(Count, Labels.None, view.Counts.GetValueOrDefault(status), ("status", Words.Of(status)));
        }

        var now = clock.GetUtcNow();
        foreach (var (job, project, _) in view.Jobs)
        {
            Write(page, job, Labels.Of("project", project).With("training_job", job.Name), now);
        }
    }

    private static void Write(MetricsPage page, Job job, Labels labels, DateTimeOffset now)
    {
        var runs = job.Status == JobStatus.Running;
        if (runs && job.StartedAt is { } started)
        {
            page.Add(Running, labels, Math.Max(0, (now - started).TotalSeconds));
            page.Add(LastMetric, labels, Seconds(job.MetricsAt > started ? job.MetricsAt.Value : started));
        }

        if (job.Status == JobStatus.Failed && job.CompletedAt is { } failed && now - failed <= ShowsFailed)
        {
            page.Add(Failed, labels, Seconds(failed));
        }

        if (!runs && !(now - job.CompletedAt <= ShowsEnded))
        {
            return;
        }

        foreach (var (name, value) in job.Metrics)
        {
            if (TrainingMetrics.IsName(name) && TrainingMetrics.Number(value) is { } number)
            {
                page.Add(Value, labels, number, ("name", name));
            }
        }
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private sealed record View(IReadOnlyDictionary<JobStatus, long> Counts, IReadOnlyList<WatchedJob> Jobs);
}
