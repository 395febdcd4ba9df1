using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>A GPU, reported by an OpenClaw fork.</summary>
/// <param name="Utilization">Ratio. Memory in bytes; null on unified memory.</param>
internal sealed record GatewayGpu(
    string Index, string Name, double? Utilization, double? Temperature, double? Power, double? PowerLimit, double? MemoryUsed, double? MemoryTotal);

/// <summary>A model server, reported by an OpenClaw fork.</summary>
internal sealed record GatewayProvider(
    string Id, bool? Healthy, TimeSpan? Latency, double? ConsecutiveFailures, DateTimeOffset? CheckedAt, DateTimeOffset? HealthyAt);

/// <summary>A tunnel, reported by an OpenClaw fork.</summary>
/// <param name="Address"><c>host:port</c>.</param>
internal sealed record GatewayTunnel(string Address, bool? Reachable, TimeSpan? Latency, bool? UnitActive);

/// <summary>GPUs, model servers and tunnels reported by an OpenClaw fork. Stock gateways lack this method.</summary>
internal sealed record GatewayInfrastructure(
    IReadOnlyList<GatewayGpu> Gpus, IReadOnlyList<GatewayProvider> Providers, IReadOnlyList<GatewayTunnel> Tunnels)
{
    private const double MiB = 1024 * 1024;

    /// <summary>Parses the answer of a fork's <c>infrastructure</c>.</summary>
    /// <exception cref="FormatException">Neither <c>gpu</c> nor <c>providers</c> nor <c>tunnels</c> is there.</exception>
    /// <remarks>Not tested: the shape is that of a public dashboard that reads it. A GPU with <c>error</c> comes without values.</remarks>
    public static GatewayInfrastructure Parse(JsonElement payload)
    {
        payload.RequireObject("infrastructure");
        var providers = payload.Member("providers")?.Member("providers");
        if (payload.Member("gpu") is null && providers is null && payload.Member("tunnels") is null)
        {
            throw new FormatException("infrastructure: neither 'gpu' nor 'providers' nor 'tunnels'");
        }

        return new GatewayInfrastructure(
            [.. (payload.Member("gpu") is { ValueKind: JsonValueKind.Object } gpu ? gpu.Items("gpus") : [])
                .Select(Gpu).OfType<GatewayGpu>().DistinctBy(g => g.Index)],
            [.. providers.Pairs().Select(p => Provider(p.Name, p.Value)).OfType<GatewayProvider>().DistinctBy(p => p.Id)],
            [.. payload.Items("tunnels").Select(Tunnel).OfType<GatewayTunnel>().DistinctBy(t => t.Address)]);
    }

    private static GatewayGpu? Gpu(JsonElement gpu) => gpu.Amount("index") is { } index and <= 1024 ? new GatewayGpu(
        index.ToString("0", System.Globalization.CultureInfo.InvariantCulture),
        GatewayName.Clean(gpu.Text("name")) ?? "",
        gpu.Amount("utilizationPercent") is { } used and <= 100 ? used / 100 : null,
        gpu.Amount("temperatureCelsius"),
        gpu.Amount("powerDrawWatts"),
        gpu.Amount("powerLimitWatts"),
        gpu.Amount("memoryUsedMB") * MiB,
        gpu.Amount("memoryTotalMB") * MiB) : null;

    private static GatewayProvider? Provider(string id, JsonElement of) => GatewayName.Clean(id) is { } name ? new GatewayProvider(
        name, of.Flag("healthy"), of.Milliseconds("latencyMs"), of.Amount("consecutiveFailures"),
        of.Moment("lastCheckedAt"), of.Moment("lastHealthyAt")) : null;

    private static GatewayTunnel? Tunnel(JsonElement entry) =>
        entry.Member("tunnel") is { } tunnel && tunnel.Text("host") is { } host && tunnel.Amount("port") is { } port and <= 65535
            && GatewayName.Clean($"{host}:{port:0}") is { } address
            ? new GatewayTunnel(address, tunnel.Flag("reachable"), tunnel.Milliseconds("latencyMs"), entry.Member("service")?.Flag("active"))
            : null;
}
