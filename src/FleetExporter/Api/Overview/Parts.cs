using System.Text.Json.Serialization;
using FleetExporter.Parsing;

namespace FleetExporter.Api.Overview;

/// <summary>A part that is configured.</summary>
public interface IPart
{
    PartStatus Status { get; }
}

/// <summary>A part that nothing in fleet.yml asks for.</summary>
public sealed record NotConfigured(PartStatus Status = PartStatus.Ok, bool Configured = false);

/// <param name="Host">Where it is.</param>
/// <param name="CollectedAt">When the values came; null when there are none of now, and then everything else of the GPU is null too.</param>
/// <param name="MemoryUsedMb">MiB; the three of memory are left out where <paramref name="MemoryNote"/> stands, and where the driver reports none.</param>
/// <param name="MemoryNote">Only where the GPU shares the machine's memory.</param>
public record GpuPart(
    PartStatus Status, string? GpuName, int? Index, double? UtilizationPct, double? TemperatureC, double? PowerW, double? PowerLimitW, string Host, DateTimeOffset? CollectedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MemoryUsedMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MemoryTotalMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MemoryPct,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MemoryNote) : IPart
{
    public static GpuPart Of(Gpu gpu, string host, DateTimeOffset collectedAt)
    {
        var view = GpuView.Of(gpu, []);
        var own = !gpu.MemoryUnified;
        return new GpuPart(
            OverviewRules.Gpu(asked: true, gpu.Fault is null, view.UtilizationPercent, view.TemperatureC),
            view.Name, view.Index, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts, view.PowerLimitWatts, host, collectedAt,
            own ? view.MemoryUsedMb : null,
            own ? view.MemoryTotalMb : null,
            own ? Percent(gpu) : null,
            own ? null : Note(view));
    }

    /// <summary>A GPU that is, or ought to be, on the host, of which nothing is known now.</summary>
    public static GpuPart Missing(string host, bool asked) => new(
        OverviewRules.Gpu(asked, there: false, null, null), null, null, null, null, null, null, host, null, null, null, null, null);

    internal static double? Percent(Gpu gpu) => GpuView.Round(100.0 * gpu.MemoryUsedBytes / gpu.MemoryTotalBytes);

    private static string Note(GpuView view) => view is { MemoryUsedMb: { } used, MemoryTotalMb: { } total }
        ? FormattableString.Invariant($"unified: shares the machine's memory, of which {used:0} of {total:0} MiB are in use")
        : "unified: shares the machine's memory";
}

/// <summary>One GPU, and beside it every GPU of every host, this machine's too.</summary>
public sealed record GpuAnswer : GpuPart
{
    public GpuAnswer(GpuPart chosen, IReadOnlyList<GpuPart> gpus)
        : base(chosen) => Gpus = gpus;

    [JsonPropertyOrder(1)]
    public IReadOnlyList<GpuPart> Gpus { get; }
}

/// <summary>The first GPU of this machine. MiB; null where it is not known.</summary>
public sealed record LocalGpuPart(
    PartStatus Status, string? GpuName, double? UtilizationPct, double? TemperatureC, double? PowerW, double? PowerLimitW,
    double? MemoryUsedMb, double? MemoryTotalMb, double? MemoryFreeMb, double? MemoryPct) : IPart
{
    public static LocalGpuPart Of(Gpu gpu)
    {
        var view = GpuView.Of(gpu, []);
        return new LocalGpuPart(
            OverviewRules.Gpu(asked: true, gpu.Fault is null, view.UtilizationPercent, view.TemperatureC), view.Name, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts,
            view.PowerLimitWatts, view.MemoryUsedMb, view.MemoryTotalMb, GpuView.Round(view.MemoryTotalMb - view.MemoryUsedMb), GpuPart.Percent(gpu));
    }

    public static LocalGpuPart Missing(bool asked) => new(OverviewRules.Gpu(asked, there: false, null, null), null, null, null, null, null, null, null, null, null);
}

/// <param name="Provider">Its name in fleet.yml.</param>
/// <param name="Server">What it speaks.</param>
public sealed record ProviderPart(
    PartStatus Status, string Provider, string Server, string BaseUrl, bool Healthy, double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastCheckedAt,
    DateTimeOffset? LastHealthyAt, string? Error) : IPart
{
    public static ProviderPart Of(ProviderFacts facts) => new(
        OverviewRules.Provider(facts.Target.Asked, facts.Healthy, facts.Loading), facts.Target.Name, facts.Kind, facts.Url.OriginalString, facts.Healthy, facts.Target.LatencyMs,
        facts.Target.ConsecutiveFailures, facts.Target.LastCheckedAt, facts.Target.LastHealthyAt, facts.Target.Error);
}

/// <param name="Sessions">Null while the gateway does not tell.</param>
/// <param name="Discord">Null where the channel is not there.</param>
public sealed record GatewayPart(PartStatus Status, bool GatewayOk, double? LatencyMs, int? SessionCount, IReadOnlyList<SessionPart>? Sessions, DiscordPart? Discord) : IPart
{
    public static GatewayPart Of(GatewayFacts facts) => new(
        OverviewRules.Gateway(facts.Target.Asked, facts.Ok, facts.Discord?.Ok), facts.Ok, facts.Target.LatencyMs, facts.SessionCount, facts.Sessions, facts.Discord);
}

/// <param name="Host">Where it listens.</param>
/// <param name="Reachable">Whether its check passes: a half-dead tunnel is not reachable.</param>
/// <param name="ServiceName">The unit that keeps it open; null without one.</param>
public sealed record TunnelPart(
    PartStatus Status, string Host, int? Port, bool Reachable, double? LatencyMs, string? ServiceName, bool? ServiceActive, string? ServiceStatus, string? Error) : IPart
{
    public static TunnelPart Of(TunnelFacts facts) => new(
        OverviewRules.Tunnel(facts.Target.Asked, facts.Target.Up, facts.Unit?.Active), facts.Connect.Host, facts.Connect.Port, facts.Target.Up, facts.Target.LatencyMs,
        facts.Unit?.Name, facts.Unit?.Active, facts.Unit?.Status, facts.Target.Error);
}

/// <param name="Services">By name.</param>
public sealed record MultimodalPart(PartStatus Status, int ServicesUp, int ServicesTotal, IReadOnlyDictionary<string, ServicePart> Services) : IPart
{
    public static MultimodalPart Of(IReadOnlyCollection<ServiceFacts> services)
    {
        var up = services.Count(s => s.State == "ok");
        return new MultimodalPart(
            OverviewRules.Multimodal(up, services.Count(s => s.State == "error"), services.Count), up, services.Count,
            services.ToDictionary(s => s.Target.Name, s => new ServicePart(s.State, s.Url.Port, s.Model, s.Service)));
    }
}

/// <param name="Status">ok, loading or error; null before the first answer.</param>
public sealed record ServicePart(string? Status, int Port, string? Model, string? Service);

/// <summary>A provider that a unit keeps running.</summary>
public sealed record HeartbeatPart(PartStatus Status, int Port, string? Model, bool ServerHealthy, bool? ServiceActive, string? ServiceStatus) : IPart
{
    public static HeartbeatPart Of(ProviderFacts facts) => new(
        OverviewRules.Heartbeat(facts.Target.Asked, facts.Healthy, facts.Loading, facts.Unit?.Active), facts.Url.Port, facts.Model, facts.Healthy, facts.Unit?.Active, facts.Unit?.Status);
}

/// <summary>All parts; each is what its own endpoint answers without parameters.</summary>
/// <param name="CollectTimeMs">Time from the request to this answer, waiting for fresh values included.</param>
/// <param name="Targets">Every provider, gateway and tunnel, in the order of fleet.yml.</param>
public sealed record OverviewView(
    PartStatus Status, DateTimeOffset Timestamp, PartStatus Overall, double CollectTimeMs, object Gpu, object Provider, object Gateway, object Tunnel, object LocalGpu, object Multimodal,
    object Heartbeat, IReadOnlyList<TargetPart> Targets);
