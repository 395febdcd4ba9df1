using FleetExporter.Metrics;

namespace FleetExporter.OpenClaw;

/// <summary>The metric families of a gateway itself, its channels and its queues.</summary>
internal static class GatewayFamilies
{
    public static readonly MetricFamily Up = Gauge("gateway_up", "1 when the gateway accepted the login and answered.");

    public static readonly MetricFamily Live = Gauge(
        "gateway_live", "1 when the gateway's /healthz reports it live, 0 when it does not or nothing answers.");

    public static readonly MetricFamily Ready = Gauge(
        "gateway_ready", "1 when the gateway's /readyz reports it ready, 0 when it does not or nothing answers.");

    public static readonly MetricFamily Failing =
        Gauge("gateway_failing", "1 for each dependency that keeps the gateway from being ready, from /readyz.", "dependency").WithMaxSeries(64);

    public static readonly MetricFamily Info = Gauge("info", "1, with the version of OpenClaw.", "version");

    public static readonly MetricFamily Start = Gauge("gateway_start_timestamp_seconds", "Start time of the gateway, from its uptime.");

    public static readonly MetricFamily Rss = Gauge("gateway_memory_rss_bytes", "Resident memory of the gateway's process.");

    public static readonly MetricFamily Heap = Gauge("gateway_memory_heap_used_bytes", "JavaScript heap in use.");

    public static readonly MetricFamily LoopDegraded = Gauge(
        "gateway_event_loop_degraded", "1 while the gateway reports its event loop as degraded.");

    public static readonly MetricFamily LoopDelay = Gauge(
        "gateway_event_loop_delay_seconds", "Event loop delay, 99th percentile over the gateway's last interval.");

    public static readonly MetricFamily LoopUtilization = Gauge(
        "gateway_event_loop_utilization_ratio", "Share of time in which the event loop is busy.");

    public static readonly MetricFamily PluginErrors = Gauge("plugin_errors", "Plugins that the gateway failed to load.");

    public static readonly MetricFamily Undelivered = Gauge(
        "undelivered_messages",
        "Messages that did not arrive: outbound_failed and inbound_failed were given up, inbound_stuck wait behind one that fails or hangs; "
            + "absent if the gateway reports none. The queue is a channel for inbound messages.",
        "kind", "queue").WithMaxSeries(64);

    public static readonly MetricFamily UndeliveredOldest = Gauge(
        "undelivered_oldest_timestamp_seconds", "When the oldest of these messages failed, or was received if it is stuck.",
        "kind", "queue").WithMaxSeries(64);

    public static readonly MetricFamily Schema = Gauge(
        "schema_supported",
        "1 when the exporter can parse the answer of this method, 0 when it cannot or the gateway denies access; "
            + "absent if the gateway lacks the method.",
        "source");

    public static readonly MetricFamily ChannelUp = Gauge(
        "channel_up",
        "1 when every enabled account of the channel is connected; 0 also for a configured channel that the gateway does not have.",
        "channel");

    public static readonly MetricFamily ChannelInbound = Gauge(
        "channel_last_inbound_timestamp_seconds", "When the channel last received a message.", "channel");

    public static readonly MetricFamily ChannelOutbound = Gauge(
        "channel_last_outbound_timestamp_seconds", "When the channel last sent a message.", "channel");

    public static readonly MetricFamily LaneQueued =
        Gauge("lane_queued", "Runs waiting in the lane; the lanes of single sessions are summed as dynamic.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily LaneActive = Gauge("lane_active", "Runs of the lane in progress.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily LaneLimit = Gauge("lane_limit", "Maximum concurrent runs of the lane.", "lane").WithMaxSeries(64);

    public static readonly MetricFamily QuotaUsed = Gauge(
        "quota_used_ratio", "Used share of a subscription's quota, as its vendor reports it to the gateway.", "provider", "window");

    public static readonly MetricFamily QuotaReset = Gauge("quota_reset_timestamp_seconds", "When the quota resets.", "provider", "window");

    public static readonly MetricFamily GpuInfo = Gauge(
        "infrastructure_gpu_info", "1 for each GPU that an OpenClaw fork watches, with its name.", "gpu", "name");

    public static readonly MetricFamily GpuUtilization = Gauge(
        "infrastructure_gpu_utilization_ratio", "Utilization of the GPU, from an OpenClaw fork.", "gpu");

    public static readonly MetricFamily GpuTemperature = Gauge(
        "infrastructure_gpu_temperature_celsius", "Temperature of the GPU, from an OpenClaw fork.", "gpu");

    public static readonly MetricFamily GpuPower = Gauge(
        "infrastructure_gpu_power_draw_watts", "Power draw of the GPU, from an OpenClaw fork.", "gpu");

    public static readonly MetricFamily GpuMemoryUsed = Gauge(
        "infrastructure_gpu_memory_used_bytes", "Used memory of the GPU, from an OpenClaw fork; absent for unified memory.", "gpu");

    public static readonly MetricFamily GpuMemoryTotal = Gauge(
        "infrastructure_gpu_memory_total_bytes", "Total memory of the GPU, from an OpenClaw fork; absent for unified memory.", "gpu");

    public static readonly MetricFamily ProviderHealthy = Gauge(
        "infrastructure_provider_healthy", "1 when an OpenClaw fork reports the model server as healthy.", "provider");

    public static readonly MetricFamily ProviderLatency = Gauge(
        "infrastructure_provider_latency_seconds", "Response time of the model server, from an OpenClaw fork.", "provider");

    public static readonly MetricFamily ProviderFailures = Gauge(
        "infrastructure_provider_consecutive_failures", "Consecutive failed checks of the model server, from an OpenClaw fork.", "provider");

    public static readonly MetricFamily TunnelReachable = Gauge(
        "infrastructure_tunnel_reachable", "1 when an OpenClaw fork reaches the tunnel.", "tunnel");

    public static readonly MetricFamily TunnelLatency = Gauge(
        "infrastructure_tunnel_latency_seconds", "Response time of the tunnel, from an OpenClaw fork.", "tunnel");

    public static readonly MetricFamily TunnelActive = Gauge(
        "infrastructure_tunnel_unit_active", "1 when the tunnel's unit is active, from an OpenClaw fork.", "tunnel");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Up, Live, Ready, Failing, Info, Start, Rss, Heap, LoopDegraded, LoopDelay, LoopUtilization,
        PluginErrors, Undelivered, UndeliveredOldest, Schema, ChannelUp, ChannelInbound, ChannelOutbound,
        LaneQueued, LaneActive, LaneLimit, QuotaUsed, QuotaReset, GpuInfo, GpuUtilization,
        GpuTemperature, GpuPower, GpuMemoryUsed, GpuMemoryTotal, ProviderHealthy,
        ProviderLatency, ProviderFailures, TunnelReachable, TunnelLatency, TunnelActive,
    ];

    internal static MetricFamily Gauge(string name, string help, params string[] labels) =>
        MetricFamily.Gauge($"fleet_openclaw_{name}", help, ["host", "gateway", .. labels]);
}
