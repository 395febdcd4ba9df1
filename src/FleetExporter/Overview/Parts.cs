using System.Text.Json.Serialization;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Views;

namespace FleetExporter.Overview;

/// <summary>A part that is not configured. Its status is error, so that no client takes it for healthy; the overall status ignores it.</summary>
/// <param name="Error">Begins with "not configured: ".</param>
internal sealed record NotConfigured(PartStatus Status, string Error, bool Configured)
{
    /// <param name="reason">What is missing.</param>
    public static NotConfigured Because(string reason) => new(PartStatus.Error, $"not configured: {reason}", Configured: false);
}

/// <param name="Host">The host that has the GPU.</param>
/// <param name="CollectedAt">When the values arrived; null without a fresh reading, when all other values of the GPU are null too.</param>
/// <param name="MemoryUsedMb">
/// Whole MiB. The three memory fields are present together or not at all: they are omitted where <paramref name="MemoryNote"/> is set, and where
/// the driver reports no memory.
/// </param>
/// <param name="MemoryNote">Only where the GPU shares the machine's memory.</param>
/// <param name="Error">The GPU's problem in one line where the status is error; else null.</param>
internal record GpuPart(
    PartStatus Status, string? GpuName, int? Index, long? UtilizationPct, long? TemperatureC, double? PowerW, double? PowerLimitW, string Host,
    DateTimeOffset? CollectedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MemoryUsedMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MemoryTotalMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MemoryPct,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MemoryNote,
    string? Error) : IPart
{
    /// <param name="hotCelsius">Limit for GPUs that report none.</param>
    public static GpuPart Of(Gpu gpu, string host, DateTimeOffset collectedAt, double hotCelsius)
    {
        var view = GpuView.Of(gpu, []);
        var percent = gpu.MemoryUnified ? null : Percent(gpu);
        return new GpuPart(
            OverviewRules.Gpu(attempted: true, gpu.Fault is null, gpu.TemperatureCelsius, gpu.TemperatureLimitCelsius ?? hotCelsius),
            view.Name, view.Index, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts, view.PowerLimitWatts, host, collectedAt,
            percent is null ? null : view.MemoryUsedMb,
            percent is null ? null : view.MemoryTotalMb,
            percent,
            gpu.MemoryUnified ? Note(view) : null,
            Problem(gpu));
    }

    /// <summary>A GPU that the host has, or is configured to have, without a fresh reading.</summary>
    /// <param name="error">The reason in one line.</param>
    public static GpuPart Missing(string host, bool attempted, string? error)
    {
        var status = OverviewRules.Gpu(attempted, working: false, null, 0);
        return new GpuPart(status, null, null, null, null, null, null, host, null, null, null, null, null, attempted ? error : null);
    }

    /// <returns>Null where used or total is unknown.</returns>
    internal static double? Percent(Gpu gpu) => JsonNumber.Round(100.0 * gpu.MemoryUsedBytes / gpu.MemoryTotalBytes);

    internal static string? Problem(Gpu gpu) => gpu.Fault switch
    {
        GpuFault.Lost => "the GPU is lost",
        GpuFault.ResetRequired => "the GPU needs a reset",
        _ => null,
    };

    private static string Note(GpuView view) => view is { MemoryUsedMb: { } used, MemoryTotalMb: { } total }
        ? FormattableString.Invariant($"unified: shares the machine's memory, of which {used} of {total} MiB are in use")
        : "unified: shares the machine's memory";
}

/// <summary>One GPU, and a list of the GPUs of all hosts.</summary>
internal sealed record GpuListPart : GpuPart
{
    public GpuListPart(GpuPart chosen, IReadOnlyList<GpuPart> gpus)
        : base(chosen) => Gpus = gpus;

    [JsonPropertyOrder(1)]
    public IReadOnlyList<GpuPart> Gpus { get; }
}

/// <summary>The first GPU of the exporter's own machine. Whole MiB; null where unknown.</summary>
/// <param name="MemoryFreeMb">As reported by the driver, which may reserve some memory.</param>
/// <param name="Error">As in <see cref="GpuPart"/>.</param>
internal sealed record LocalGpuPart(
    PartStatus Status, string? GpuName, long? UtilizationPct, long? TemperatureC, double? PowerW, double? PowerLimitW,
    long? MemoryUsedMb, long? MemoryTotalMb, long? MemoryFreeMb, double? MemoryPct, string? Error) : IPart
{
    /// <param name="hotCelsius">Limit for GPUs that report none.</param>
    public static LocalGpuPart Of(Gpu gpu, double hotCelsius)
    {
        var view = GpuView.Of(gpu, []);
        return new LocalGpuPart(
            OverviewRules.Gpu(attempted: true, gpu.Fault is null, gpu.TemperatureCelsius, gpu.TemperatureLimitCelsius ?? hotCelsius),
            view.Name, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts, view.PowerLimitWatts,
            view.MemoryUsedMb, view.MemoryTotalMb, JsonNumber.Mebibytes(gpu.MemoryFreeBytes), GpuPart.Percent(gpu), GpuPart.Problem(gpu));
    }

    /// <param name="error">The reason in one line.</param>
    public static LocalGpuPart Missing(bool attempted, string? error) => new(
        OverviewRules.Gpu(attempted, working: false, null, 0), null, null, null, null, null, null, null, null, null, attempted ? error : null);
}

/// <param name="Provider">Its name in fleet.yml.</param>
/// <param name="Server">Server kind, as in <c>providers[].kind</c>.</param>
/// <param name="Error">The problem in one line; null when there is none, and before the first answer. The same in all parts of targets.</param>
internal sealed record ProviderPart(
    PartStatus Status, string Provider, string Server, string BaseUrl, bool Healthy,
    double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastCheckedAt,
    DateTimeOffset? LastHealthyAt, string? Error) : IPart
{
    public static ProviderPart Of(ProviderSummary summary) => new(
        OverviewRules.Provider(summary.Target.Attempted, summary.Healthy, summary.Loading), summary.Target.Name,
        summary.Kind, summary.Url.OriginalString, summary.Healthy, summary.Target.LatencyMs,
        summary.Target.ConsecutiveFailures, summary.Target.LastCheckedAt, summary.Target.LastHealthyAt, summary.Problem);
}

/// <param name="SessionCount">Number of all sessions, including those that <paramref name="Sessions"/> omits.</param>
/// <param name="Sessions">Most recently active first; null while the gateway does not report them.</param>
/// <param name="Discord">Null without the channel.</param>
internal sealed record GatewayPart(
    PartStatus Status, bool GatewayOk, double? LatencyMs, int? SessionCount, IReadOnlyList<SessionPart>? Sessions, DiscordPart? Discord,
    string? Error) : IPart
{
    /// <summary>Number of sessions shown by default.</summary>
    internal const int DefaultSessions = 5;

    /// <param name="sessions">Maximum number shown.</param>
    public static GatewayPart Of(GatewaySummary summary, int sessions) => new(
        OverviewRules.Gateway(summary.Target.Attempted, summary.Ok, summary.ChannelsOk), summary.Ok, summary.Target.LatencyMs, summary.SessionCount,
        summary.Sessions is { } all ? [.. all.Take(sessions)] : null, summary.Discord, summary.Problem);
}

/// <param name="Host">Host of its listening address.</param>
/// <param name="Reachable">Whether its check passes: a half-dead tunnel is not reachable.</param>
/// <param name="ServiceName">The unit that keeps it open; null without one.</param>
internal sealed record TunnelPart(
    PartStatus Status, string Host, int? Port, bool Reachable, double? LatencyMs, string? ServiceName,
    bool? ServiceActive, string? ServiceStatus, string? Error) : IPart
{
    public static TunnelPart Of(TunnelSummary summary) => new(
        OverviewRules.Tunnel(summary.Target.Attempted, summary.Target.Up, summary.Unit?.Active), summary.Connect.Host,
        summary.Connect.Port, summary.Target.Up, summary.Target.LatencyMs,
        summary.Unit?.Name, summary.Unit?.Active, summary.Unit?.Status, summary.Problem);
}

/// <param name="Services">By name.</param>
/// <param name="Error">Lists the failing services; null when there are none.</param>
internal sealed record MultimodalPart(
    PartStatus Status, int ServicesUp, int ServicesTotal, IReadOnlyDictionary<string, ServicePart> Services, string? Error) : IPart
{
    public static MultimodalPart Of(IReadOnlyCollection<ServiceSummary> services)
    {
        var up = services.Count(s => s.State == "ok");
        IReadOnlyList<string> failing = [.. services.Where(s => s.State == "error").Select(s => s.Target.Name)];
        return new MultimodalPart(
            OverviewRules.Multimodal(up, failing.Count, services.Count), up, services.Count,
            services.ToDictionary(s => s.Target.Name, s => new ServicePart(s.State, s.Url.Port, s.Model, s.Service)),
            failing.Count > 0 ? $"failing: {string.Join(", ", failing)}" : null);
    }
}

/// <param name="Status">ok, loading or error; null before the first answer.</param>
internal sealed record ServicePart(string? Status, int Port, string? Model, string? Service);

/// <summary>A provider that a unit keeps running, which serves the heartbeat of a gateway's agents.</summary>
/// <param name="ModelParams">Parameter count of its model; llama.cpp only.</param>
/// <param name="ContextTrain">Context length in tokens that its model was trained with; llama.cpp only.</param>
/// <param name="Config">Of the first gateway; null without one, and while it does not report it.</param>
internal sealed record HeartbeatPart(
    PartStatus Status, int Port, string? Model, long? ModelParams, long? ContextTrain, bool ServerHealthy, bool? ServiceActive, string? ServiceStatus,
    HeartbeatConfigPart? Config, string? Error) : IPart
{
    public static HeartbeatPart Of(ProviderSummary summary, GatewayHeartbeat? config)
    {
        var target = TargetPart.OfHeartbeat(summary);
        return new HeartbeatPart(
            target.Status, summary.Url.Port, summary.Model?.Id, summary.Model?.Parameters, summary.Model?.TrainedContext, summary.Healthy,
            summary.Unit?.Active, summary.Unit?.Status, config is null ? null : HeartbeatConfigPart.Of(config),
            summary.Target.Attempted ? target.Reason : null);
    }
}

/// <summary>The heartbeat's configuration, as the gateway reports it.</summary>
/// <param name="Model">The <c>ref</c> of one of <paramref name="AvailableModels"/>; null for the agent's default.</param>
/// <param name="Every">For example <c>30m</c>; null for the gateway's default.</param>
/// <param name="Prompt">Null for the gateway's default.</param>
internal sealed record HeartbeatConfigPart(
    bool Enabled, string? Model, string? Every, string? Prompt, IReadOnlyList<AvailableModelPart> AvailableModels)
{
    public static HeartbeatConfigPart Of(GatewayHeartbeat config) => new(
        config.Enabled, config.Model, config.Every, config.Prompt,
        [.. config.Models.Select(m => new AvailableModelPart(m.Ref, m.Name, m.Provider, m.Id))]);
}

internal sealed record AvailableModelPart(string Ref, string Name, string Provider, string ModelId);

/// <summary>All parts, each as returned by its own endpoint without parameters.</summary>
/// <param name="CollectTimeMs">Time from the request to this answer, including a requested poll.</param>
/// <param name="Targets">Every provider, gateway and tunnel, in the order of fleet.yml.</param>
internal sealed record OverviewView(
    PartStatus Status, DateTimeOffset Timestamp, PartStatus Overall, double CollectTimeMs, object Gpu,
    object Provider, object Gateway, object Tunnel, object LocalGpu, object Multimodal,
    object Heartbeat, IReadOnlyList<TargetPart> Targets);
