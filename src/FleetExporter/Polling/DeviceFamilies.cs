using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>The metric families of devices, which push their GPUs.</summary>
internal static class DeviceFamilies
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_device_up", "1 while the device has pushed within its stale_after, 0 otherwise.", "host");

    public static readonly MetricFamily LastPush = MetricFamily.Gauge(
        "fleet_device_last_push_timestamp_seconds",
        "When the device's last valid push arrived, by the exporter's clock; absent before the first one.", "host");

    public static readonly MetricFamily StaleAfter = MetricFamily.Gauge(
        "fleet_device_stale_after_seconds", "Time after the device's last push until its series are dropped, stale_after.", "host");

    public static readonly MetricFamily Samples = MetricFamily.Counter(
        "fleet_ingest_samples_total", "Pushed samples, one per GPU and push, by device and outcome; a push that is rejected counts as one.",
        "source", "outcome");

    public static IReadOnlyList<MetricFamily> All { get; } = [Up, LastPush, StaleAfter, Samples];

    public static void Write(MetricsPage page, Labels host, HostSnapshot snapshot, DeviceConfig device, Instant now)
    {
        page.Add(Up, host, DevicePush.IsFresh(device, snapshot.LastSeen, now) ? 1 : 0);
        page.Add(LastPush, host, snapshot.LastSeen?.SecondsAsOf(now));
        page.Add(StaleAfter, host, device.StaleAfter.TotalSeconds);
    }
}
