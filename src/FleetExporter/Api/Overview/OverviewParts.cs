using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling;

namespace FleetExporter.Api.Overview;

/// <summary>Builds parts from the snapshots of one moment. Nothing here waits.</summary>
/// <param name="bug">Told of a host whose GPUs cannot be shown; the rest of the answer stands.</param>
/// <param name="config">Gives the order: the first host, provider, gateway is the first of fleet.yml.</param>
internal sealed class OverviewParts(FleetConfig config, FleetState state, Instant now, Action<string, Exception>? bug = null)
{
    private static readonly NotConfigured Nothing = new();

    private IEnumerable<HostSnapshot> Hosts => config.Hosts.Select(h => state.Find(h.Name)).OfType<HostSnapshot>();

    /// <param name="host">Null chooses the first one that is reached over SSH and has GPUs.</param>
    /// <param name="index">Null chooses its first GPU.</param>
    /// <exception cref="UnknownNameException">There is no such host or GPU.</exception>
    public object Gpu(string? host = null, int? index = null)
    {
        var known = host is null ? null : config.Hosts.Any(h => h.Name == host) ? state.Find(host) : null;
        if (host is not null && known is null)
        {
            throw new UnknownNameException("host", host);
        }

        var chosen = GpuChoice.First(known is null ? Hosts.Where(h => h.Host.Address is not null) : [known]);
        var gpus = chosen is null ? [] : PartsOf(chosen);
        if (gpus.Count == 0)
        {
            return Nothing;
        }

        return gpus.FirstOrDefault(g => index is null || g.Index == index) ?? throw new UnknownNameException("GPU", $"{index} on {chosen!.Host.Name}");
    }

    /// <summary>Without the hosts that have not said yet whether they have any.</summary>
    public IReadOnlyList<GpuPart> AllGpus() => [.. Hosts.Where(h => GpuChoice.HasGpus(h) == true).SelectMany(PartsOf)];

    public object LocalGpu() => GpuChoice.First(Hosts.Where(h => h.Host.Address is null)) switch
    {
        null => Nothing,
        var host when HostViews.Try(host, LocalPartOf, bug) is { } part => part,
        var host => LocalGpuPart.Missing(GpuChoice.HasBeenAsked(host, now)),
    };

    /// <param name="name">Null chooses the first without a unit, else the first.</param>
    public object Provider(string? name = null) => Choose("provider", config.Providers, name, p => p.Unit is null) is { } provider
        ? ProviderPart.Of(Facts.Of(provider, state, now))
        : Nothing;

    /// <param name="name">Null chooses the first with a unit; there is no other.</param>
    public object Heartbeat(string? name = null) =>
        Choose("provider", name is null ? config.Providers.Where(p => p.Unit is not null) : config.Providers, name, _ => true) is { } provider
            ? HeartbeatPart.Of(Facts.Of(provider, state, now))
            : Nothing;

    public object Gateway(string? name = null) => Choose("gateway", config.Gateways, name, _ => true) is { } gateway
        ? GatewayPart.Of(Facts.Of(gateway, state, now))
        : Nothing;

    /// <param name="name">Null chooses the worst; of equals the first.</param>
    public object Tunnel(string? name = null)
    {
        var tunnels = name is null ? config.Tunnels : [.. new[] { Choose("tunnel", config.Tunnels, name, _ => true) }.OfType<TunnelConfig>()];
        return tunnels.Select(t => TunnelPart.Of(Facts.Of(t, state, now))).MaxBy(t => t.Status) ?? (object)Nothing;
    }

    public object Multimodal() => config.Services.Count > 0 ? MultimodalPart.Of([.. config.Services.Select(s => Facts.Of(s, state, now))]) : Nothing;

    public IReadOnlyList<TargetPart> Targets() =>
    [
        .. config.Providers.Select(p => TargetPart.Of(Facts.Of(p, state, now))),
        .. config.Gateways.Select(g => TargetPart.Of(Facts.Of(g, state, now))),
        .. config.Tunnels.Select(t => TargetPart.Of(Facts.Of(t, state, now))),
    ];

    public OverviewView All(Func<TimeSpan> took)
    {
        var (gpu, provider, gateway, tunnel, local, multimodal, heartbeat) = (Gpu(), Provider(), Gateway(), Tunnel(), LocalGpu(), Multimodal(), Heartbeat());
        var targets = Targets();
        var overall = OverviewRules.Overall([.. new[] { gpu, provider, gateway, tunnel, local, multimodal, heartbeat }.OfType<IPart>().Concat(targets).Select(p => p.Status)]);
        return new OverviewView(overall, now.Time, overall, Math.Round(took().TotalMilliseconds, 3), gpu, provider, gateway, tunnel, local, multimodal, heartbeat, targets);
    }

    private LocalGpuPart? LocalPartOf(HostSnapshot host) => host.Get<GpuReading>(now) is { Gpus: [var gpu, ..] } ? LocalGpuPart.Of(gpu) : null;

    private IReadOnlyList<GpuPart> PartsOf(HostSnapshot host) =>
        HostViews.Try(host, h => GpuChoice.PartsOf(h, now), bug) ?? [GpuPart.Missing(host.Host.Name, asked: true)];

    private static T? Choose<T>(string what, IEnumerable<T> all, string? name, Func<T, bool> preferred)
        where T : TargetConfig => name is null
            ? all.FirstOrDefault(preferred) ?? all.FirstOrDefault()
            : all.FirstOrDefault(t => t.Name == name) ?? throw new UnknownNameException(what, name);
}

/// <summary>A request names something that is not configured.</summary>
internal sealed class UnknownNameException(string what, string name) : Exception
{
    public string What => what;

    public string Name => name;
}
