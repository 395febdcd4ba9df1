using FleetExporter.Metrics;

namespace FleetExporter.Polling;

/// <summary>The metric families of a host's connection, collectors and status.</summary>
internal static class HealthFamilies
{
    public static readonly MetricFamily HostStatus = MetricFamily.Gauge(
        "fleet_host_status", "1 for the status of the host: online, degraded (something fails, or a poll was missed) or offline.", "host", "status");

    public static readonly MetricFamily HostInfo = MetricFamily.Gauge(
        "fleet_host_info", "1 for every watched host, with its system and hardware; labels are empty before its first answer.",
        "host", "os", "kernel", "arch", "model", "unified_memory", "simulated");

    public static readonly MetricFamily PollInterval = MetricFamily.Gauge(
        "fleet_poll_interval_seconds", "Time between two polls of the host, poll_interval.", "host");

    public static readonly MetricFamily Success = MetricFamily.Gauge(
        "fleet_collector_success", "1 when the collector's last attempt succeeded; absent where the collector is off.",
        "host", "collector", "target");

    public static readonly MetricFamily LastSuccess = MetricFamily.Gauge(
        "fleet_collector_last_success_timestamp_seconds", "When the collector last succeeded, by the exporter's clock.",
        "host", "collector", "target");

    public static readonly MetricFamily Duration = MetricFamily.Gauge(
        "fleet_collector_duration_seconds",
        "Duration of the collector's last answer: for a host, measured on the host; for a target, from the request to the complete answer.",
        "host", "collector", "target");

    public static readonly MetricFamily CollectorFailures = MetricFamily.Counter(
        "fleet_collector_failures_total", "Failed attempts of the collector by reason.", "host", "collector", "target", "reason");

    public static readonly MetricFamily SshUp = MetricFamily.Gauge("fleet_ssh_up", "1 while the connection to the host is up.", "host");

    public static readonly MetricFamily SshFailure = MetricFamily.Gauge(
        "fleet_ssh_failure", "1 for the reason why the connection is down; all 0 while it is up.", "host", "reason");

    public static readonly MetricFamily SshConnectDuration = MetricFamily.Gauge(
        "fleet_ssh_connect_duration_seconds", "Time from starting ssh to the sampler's first output, for the last connection established.", "host");

    public static readonly MetricFamily SshReconnects = MetricFamily.Counter(
        "fleet_ssh_reconnects_total", "Connections established after the first one.", "host");

    public static readonly MetricFamily GpuReleaseEnd = MetricFamily.Gauge(
        "fleet_host_gpu_release_end_timestamp_seconds",
        "When the exporter polls the GPUs of the host again, by its own clock; absent while they are not released.", "host");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        HostStatus, HostInfo, PollInterval, Success, LastSuccess, Duration, CollectorFailures, SshUp, SshFailure, SshConnectDuration, SshReconnects,
        GpuReleaseEnd,
    ];
}
