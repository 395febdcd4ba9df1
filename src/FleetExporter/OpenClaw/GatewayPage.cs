using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.OpenClaw.Protocol;
using static FleetExporter.OpenClaw.GatewayFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>Writes the metrics of channels, lanes, quotas and a fork's infrastructure.</summary>
internal static class GatewayPage
{
    public static double? Flag(bool? value) => value is { } known ? known ? 1 : 0 : null;

    public static double? Seconds(DateTimeOffset? at) => at is { } known ? known.ToUnixTimeMilliseconds() / 1000.0 : null;

    public static void Write(MetricsPage page, Labels target, GatewayChannels? channels, ValueList<string> required)
    {
        if (channels is null)
        {
            return;
        }

        foreach (var channel in channels.Channels)
        {
            // A disabled channel is no failure, unless the configuration requires it.
            var isRequired = required.Contains(channel.Name, StringComparer.OrdinalIgnoreCase);
            page.Add(ChannelUp, target, channel.Enabled ? Flag(channel.Up) : isRequired ? 0 : null, ("channel", channel.Name));
            page.Add(ChannelInbound, target, Seconds(channel.LastInbound), ("channel", channel.Name));
            page.Add(ChannelOutbound, target, Seconds(channel.LastOutbound), ("channel", channel.Name));
        }

        foreach (var missing in required.Distinct(StringComparer.OrdinalIgnoreCase).Where(w =>
            !channels.Channels.Any(c => string.Equals(c.Name, w, StringComparison.OrdinalIgnoreCase))))
        {
            page.Add(ChannelUp, target, 0, ("channel", missing));
        }
    }

    public static void Write(MetricsPage page, Labels target, IReadOnlyList<GatewayUndelivered>? undelivered)
    {
        foreach (var messages in undelivered ?? [])
        {
            var of = target.With("kind", Words.Of(messages.Kind)).With("queue", messages.Queue);
            page.Add(Undelivered, of, messages.Messages);
            page.Add(UndeliveredOldest, of, Seconds(messages.Oldest));
        }
    }

    public static void Write(MetricsPage page, Labels target, GatewayLanes? lanes, GatewayQuotas? quotas, GatewayInfrastructure? infrastructure)
    {
        foreach (var lane in lanes?.Lanes ?? [])
        {
            page.Add(LaneQueued, target, lane.Queued, ("lane", lane.Name));
            page.Add(LaneActive, target, lane.Active, ("lane", lane.Name));
            page.Add(LaneLimit, target, lane.Limit, ("lane", lane.Name));
        }

        foreach (var quota in quotas?.Quotas ?? [])
        {
            page.Add(QuotaUsed, target, quota.UsedRatio, ("provider", quota.Provider), ("window", quota.Window));
            page.Add(QuotaReset, target, Seconds(quota.ResetsAt), ("provider", quota.Provider), ("window", quota.Window));
        }

        if (infrastructure is not null)
        {
            Write(page, target, infrastructure);
        }
    }

    private static void Write(MetricsPage page, Labels target, GatewayInfrastructure infrastructure)
    {
        foreach (var gpu in infrastructure.Gpus)
        {
            page.Add(GpuInfo, target, 1, ("gpu", gpu.Index), ("name", gpu.Name));
            var of = target.With("gpu", gpu.Index);
            page.Add(GpuUtilization, of, gpu.Utilization);
            page.Add(GpuTemperature, of, gpu.Temperature);
            page.Add(GpuPower, of, gpu.Power);
            page.Add(GpuMemoryUsed, of, gpu.MemoryUsed);
            page.Add(GpuMemoryTotal, of, gpu.MemoryTotal);
        }

        foreach (var provider in infrastructure.Providers)
        {
            var of = target.With("provider", provider.Id);
            page.Add(ProviderHealthy, of, Flag(provider.Healthy));
            page.Add(ProviderLatency, of, provider.Latency?.TotalSeconds);
            page.Add(ProviderFailures, of, provider.ConsecutiveFailures);
        }

        foreach (var tunnel in infrastructure.Tunnels)
        {
            var of = target.With("tunnel", tunnel.Address);
            page.Add(TunnelReachable, of, Flag(tunnel.Reachable));
            page.Add(TunnelLatency, of, tunnel.Latency?.TotalSeconds);
            page.Add(TunnelActive, of, Flag(tunnel.UnitActive));
        }
    }
}
