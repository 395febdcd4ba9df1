namespace FleetExporter.Tests.Bundle;

/// <summary>Names that dashboards use and the service does not publish yet, with their labels and the reason. To be emptied.</summary>
internal static class Coming
{
    public static readonly IReadOnlyDictionary<string, (string[] Labels, string Reason)> Names = new Dictionary<string, (string[], string)>
    {
        ["fleet_jobs"] = (["status"], "training jobs"),
        ["fleet_job_running_seconds"] = (["project", "training_job"], "training jobs"),
        ["fleet_job_metric"] = (["project", "training_job", "name"], "training jobs"),
        ["fleet_exec_duration_seconds_bucket"] = (["le"], "the histogram of commands"),
        ["fleet_ingest_samples_total"] = (["source", "outcome"], "values that devices push"),
        ["fleet_stream_clients"] = ([], "live streams"),
        ["fleet_watchdog_last_seen_timestamp_seconds"] = ([], "the watchdog's way back"),
    };
}
