using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Views;

namespace FleetExporter.Overview;

/// <summary>Builds the parts of the overview from the current snapshots. Nothing here waits.</summary>
/// <param name="bug">Called for a host whose GPUs cannot be shown; the rest of the answer is kept.</param>
/// <param name="config">Determines the order: the first host, provider or gateway is the first of fleet.yml.</param>
internal sealed class OverviewParts(FleetConfig config, FleetState state, Instant now, Action<string, Exception>? bug = null)
{
    private double HotCelsius => config.Thresholds["gpu_temperature_critical_celsius"];

    private IReadOnlyList<ServiceConfig> Services => config.TargetsOf<ServiceConfig>();

    private IReadOnlyList<ProviderConfig> Providers => config.TargetsOf<ProviderConfig>();

    private IReadOnlyList<GatewayConfig> Gateways => config.TargetsOf<GatewayConfig>();

    private IReadOnlyList<TunnelConfig> Tunnels => config.TargetsOf<TunnelConfig>();

    private IEnumerable<HostSnapshot> Hosts => config.Hosts.Select(h => state.Find(h.Name)).OfType<HostSnapshot>();

    /// <param name="host">Null selects the first host with an address and GPUs.</param>
    /// <param name="index">Null selects its first GPU.</param>
    /// <exception cref="UnknownNameException">There is no such host or GPU.</exception>
    public object Gpu(string? host = null, int? index = null)
    {
        var known = host is null ? null : config.Hosts.Any(h => h.Name == host) ? state.Find(host) : null;
        if (host is not null && known is null)
        {
            throw new UnknownNameException("host", host);
        }

        var chosen = GpuSelection.First(known is null ? Hosts.Where(h => h.Host.Address is not null) : [known]);
        var gpus = chosen is null ? [] : PartsOf(chosen);
        if (gpus.Count == 0)
        {
            return NotConfigured.Because(host is null ? "no host with an address has a GPU" : $"{host} has no GPU");
        }

        return gpus.FirstOrDefault(g => index is null || g.Index == index)
            ?? throw new UnknownNameException("GPU", $"{index} on {chosen!.Host.Name}");
    }

    /// <summary>Without hosts that have not yet reported whether they have any.</summary>
    public IReadOnlyList<GpuPart> AllGpus() => [.. Hosts.Where(h => h.HasGpus() == true).SelectMany(PartsOf)];

    public object LocalGpu() => GpuSelection.First(Hosts.Where(h => h.Host.Address is null)) switch
    {
        null => NotConfigured.Because("this machine has no GPU, or is no host of fleet.yml"),
        var host when HostViews.Try(host, LocalPartOf, bug) is { } part => part,
        var host => LocalGpuPart.Missing(GpuSelection.HasBeenPolled(host, now), GpuSelection.Problem(host, now)),
    };

    /// <param name="name">Null selects the first without a unit, else the first.</param>
    public object Provider(string? name = null) => DefaultProvider(name) is { } provider
        ? ProviderPart.Of(TargetSummaries.Summarize(provider, state, now))
        : NotConfigured.Because("no providers in fleet.yml");

    /// <param name="name">Null selects the first with a unit.</param>
    public object Heartbeat(string? name = null) => HeartbeatProvider(name) is { } provider
        ? HeartbeatPart.Of(
            TargetSummaries.Summarize(provider, state, now),
            Gateways is [var gateway, ..] ? TargetSummaries.Summarize(gateway, state, now).Heartbeat : null)
        : NotConfigured.Because("no provider in fleet.yml has a unit");

    /// <param name="sessions">Maximum number shown.</param>
    public object Gateway(string? name = null, int sessions = GatewayPart.DefaultSessions) =>
        Choose("gateway", Gateways, name, _ => true) is { } gateway
            ? GatewayPart.Of(TargetSummaries.Summarize(gateway, state, now), sessions)
            : NotConfigured.Because("no gateways in fleet.yml");

    /// <param name="name">Null selects the worst; of equals the first.</param>
    public object Tunnel(string? name = null)
    {
        var tunnels = name is null ? Tunnels : [.. new[] { Choose("tunnel", Tunnels, name, _ => true) }.OfType<TunnelConfig>()];
        return tunnels.Select(t => TunnelPart.Of(TargetSummaries.Summarize(t, state, now))).MaxBy(t => t.Status)
            ?? (object)NotConfigured.Because("no tunnels in fleet.yml");
    }

    public object Multimodal() => Services.Count > 0
        ? MultimodalPart.Of([.. Services.Select(s => TargetSummaries.Summarize(s, state, now))])
        : NotConfigured.Because("no services in fleet.yml");

    /// <summary>Without services, which have a part of their own.</summary>
    public IReadOnlyList<TargetPart> Targets() => [.. config.Targets.Where(t => t is not ServiceConfig).Select(TargetOf)];

    public OverviewView All(Func<TimeSpan> elapsed)
    {
        var (gpu, provider, gateway, tunnel, local, multimodal, heartbeat) = (
            Gpu(), Provider(), Gateway(), Tunnel(), LocalGpu(), Multimodal(), Heartbeat());
        var targets = Targets();
        var counted = new[] { gpu, provider, gateway, tunnel, local, multimodal }.OfType<IPart>()
            .Concat(targets.Where(t => t.Kind != TargetPart.Heartbeat));
        var overall = OverviewRules.Overall(counted.Select(p => p.Status));
        return new OverviewView(
            overall, now.Time, overall, Math.Round(elapsed().TotalMilliseconds, 3), gpu,
            provider, gateway, tunnel, local, multimodal, heartbeat, targets);
    }

    private ProviderConfig? DefaultProvider(string? name = null) => Choose("provider", Providers, name, p => p.Unit is null);

    private ProviderConfig? HeartbeatProvider(string? name = null) =>
        Choose("provider", name is null ? Providers.Where(p => p.Unit is not null) : Providers, name, _ => true);

    /// <summary>The heartbeat's provider does not count towards the overall status, unless it is also the default provider.</summary>
    private TargetPart TargetOf(TargetConfig target) =>
        target is ProviderConfig provider && provider == HeartbeatProvider() && provider != DefaultProvider()
            ? TargetPart.OfHeartbeat(TargetSummaries.Summarize(provider, state, now))
            : TargetPart.Of(target, state, now);

    private LocalGpuPart? LocalPartOf(HostSnapshot host) =>
        host.Get<GpuReading>(now) is { Gpus: [var gpu, ..] } ? LocalGpuPart.Of(gpu, HotCelsius) : null;

    private IReadOnlyList<GpuPart> PartsOf(HostSnapshot host) =>
        HostViews.Try(host, h => GpuSelection.PartsOf(h, now, HotCelsius), bug)
            ?? [GpuPart.Missing(host.Host.Name, attempted: true, HostViews.ViewFailed)];

    private static T? Choose<T>(string what, IEnumerable<T> all, string? name, Func<T, bool> preferred)
        where T : TargetConfig => name is null
            ? all.FirstOrDefault(preferred) ?? all.FirstOrDefault()
            : all.FirstOrDefault(t => t.Name == name) ?? throw new UnknownNameException(what, name);
}

/// <summary>A request names a host, GPU or target that does not exist.</summary>
internal sealed class UnknownNameException(string what, string name) : Exception
{
    public string What => what;

    public string Name => name;
}
