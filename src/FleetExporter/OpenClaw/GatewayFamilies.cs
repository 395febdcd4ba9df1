using FleetExporter.Metrics;

namespace FleetExporter.OpenClaw;

/// <summary>What is published of a gateway itself, its channels and its queues.</summary>
internal static class GatewayFamilies
{
    public static readonly MetricFamily Up = Gauge("gateway_up", "1 when the gateway let the exporter in and answered.");

    public static readonly MetricFamily Live = Gauge("gateway_live", "1 when the gateway's /healthz answers 200; 0 when nothing answers.");

    public static readonly MetricFamily Ready = Gauge(
        "gateway_ready", "1 when the gateway's /readyz answers that it can serve, 0 when it answers that it cannot, or not at all.");

    public static readonly MetricFamily Failing =
        Gauge("gateway_failing", "1 for each part that keeps the gateway from being ready, from /readyz.", "dependency").WithMaxSeries(64);

    public static readonly MetricFamily Info = Gauge("info", "1, with the version of OpenClaw.", "version");

    public static readonly MetricFamily Start = Gauge("gateway_start_timestamp_seconds", "When the gateway was started, from its uptime.");

    public static readonly MetricFamily Rss = Gauge("gateway_memory_rss_bytes", "Resident memory of the gateway's process.");

    public static readonly MetricFamily Heap = Gauge("gateway_memory_heap_used_bytes", "JavaScript heap in use.");

    public static readonly MetricFamily LoopDegraded = Gauge("gateway_event_loop_degraded", "1 while the gateway finds its own event loop too slow.");

    public static readonly MetricFamily LoopDelay = Gauge(
        "gateway_event_loop_delay_seconds", "How late the event loop is, 99th percentile of the gateway's last interval.");

    public static readonly MetricFamily LoopUtilization = Gauge(
        "gateway_event_loop_utilization_ratio", "Share of time in which the event loop is busy.");

    public static readonly MetricFamily PluginErrors = Gauge("plugin_errors", "Plugins that the gateway could not load.");

    public static readonly MetricFamily Schema = Gauge(
        "schema_supported",
        "1 when the exporter understands what this method of the gateway answers, 0 when it does not or is refused; "
            + "absent where the gateway does not have the method.",
        "source");

    public static readonly MetricFamily ChannelUp = Gauge(
        "channel_up",
        "1 when every account of the channel that is switched on is connected; 0 also for a configured channel that the gateway does not have.",
        "channel");

    public static readonly MetricFamily ChannelInbound = Gauge(
        "channel_last_inbound_timestamp_seconds", "When the last message came in over the channel.", "channel");

    public static readonly MetricFamily ChannelOutbound = Gauge(
        "channel_last_outbound_timestamp_seconds", "When the last message went out over the channel.", "channel");

    public static readonly MetricFamily LaneQueued =
        Gauge("lane_queued", "Runs that wait in the queue; lanes of single sessions together as dynamic.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily LaneActive = Gauge("lane_active", "Runs of the queue under way.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily LaneLimit = Gauge("lane_limit", "Runs of the queue that may be under way at once.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily QuotaUsed = Gauge(
        "quota_used_ratio", "Share of a subscription's quota that is used up, as its vendor tells the gateway.", "provider", "window");

    public static readonly MetricFamily QuotaReset = Gauge("quota_reset_timestamp_seconds", "When the quota begins anew.", "provider", "window");

    public static readonly MetricFamily GpuInfo = Gauge(
        "infrastructure_gpu_info", "1 for each GPU that a fork's gateway watches, with its name.", "gpu", "name");

    public static readonly MetricFamily GpuUtilization = Gauge(
        "infrastructure_gpu_utilization_ratio", "Utilization of the GPU, from a fork's gateway.", "gpu");

    public static readonly MetricFamily GpuTemperature = Gauge(
        "infrastructure_gpu_temperature_celsius", "Temperature of the GPU, from a fork's gateway.", "gpu");

    public static readonly MetricFamily GpuPower = Gauge("infrastructure_gpu_power_draw_watts", "Power the GPU draws, from a fork's gateway.", "gpu");

    public static readonly MetricFamily GpuMemoryUsed = Gauge(
        "infrastructure_gpu_memory_used_bytes", "Memory of the GPU in use, from a fork's gateway; absent for unified memory.", "gpu");

    public static readonly MetricFamily GpuMemoryTotal = Gauge(
        "infrastructure_gpu_memory_total_bytes", "Memory of the GPU, from a fork's gateway; absent for unified memory.", "gpu");

    public static readonly MetricFamily ProviderHealthy = Gauge(
        "infrastructure_provider_healthy", "1 when a fork's gateway finds the model server healthy.", "provider");

    public static readonly MetricFamily ProviderLatency = Gauge(
        "infrastructure_provider_latency_seconds", "Time the model server took to answer a fork's gateway.", "provider");

    public static readonly MetricFamily ProviderFailures = Gauge(
        "infrastructure_provider_consecutive_failures", "Checks of the model server that failed in a row, by a fork's gateway.", "provider");

    public static readonly MetricFamily TunnelReachable = Gauge(
        "infrastructure_tunnel_reachable", "1 when a fork's gateway reaches the tunnel.", "tunnel");

    public static readonly MetricFamily TunnelLatency = Gauge(
        "infrastructure_tunnel_latency_seconds", "Time the tunnel took to answer a fork's gateway.", "tunnel");

    public static readonly MetricFamily TunnelActive = Gauge(
        "infrastructure_tunnel_unit_active", "1 when the tunnel's unit is active, from a fork's gateway.", "tunnel");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Up, Live, Ready, Failing, Info, Start, Rss, Heap, LoopDegraded, LoopDelay, LoopUtilization,
        PluginErrors, Schema, ChannelUp, ChannelInbound, ChannelOutbound,
        LaneQueued, LaneActive, LaneLimit, QuotaUsed, QuotaReset, GpuInfo, GpuUtilization,
        GpuTemperature, GpuPower, GpuMemoryUsed, GpuMemoryTotal, ProviderHealthy,
        ProviderLatency, ProviderFailures, TunnelReachable, TunnelLatency, TunnelActive,
    ];

    internal static MetricFamily Gauge(string name, string help, params string[] labels) =>
        MetricFamily.Gauge($"fleet_openclaw_{name}", help, ["host", "gateway", .. labels]);
}
