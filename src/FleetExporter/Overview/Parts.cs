using System.Text.Json.Serialization;
using FleetExporter.Api;
using FleetExporter.Api.Http;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Views;

namespace FleetExporter.Overview;

/// <summary>A part that nothing in fleet.yml asks for. No client must take it for well, and the overall status does not count it.</summary>
/// <param name="Error">Begins with "not configured: ".</param>
internal sealed record NotConfigured(PartStatus Status, string Error, bool Configured)
{
    /// <param name="why">What is not there.</param>
    public static NotConfigured Because(string why) => new(PartStatus.Error, $"not configured: {why}", Configured: false);
}

/// <param name="Host">Where it is.</param>
/// <param name="CollectedAt">When the values came; null when there are none of now, and then everything else of the GPU is null too.</param>
/// <param name="MemoryUsedMb">
/// Whole MiB. The three of memory are there together or not at all: they are left out where <paramref name="MemoryNote"/> stands, and where the
/// driver reports none.
/// </param>
/// <param name="MemoryNote">Only where the GPU shares the machine's memory.</param>
/// <param name="Error">What is wrong in one line, where the status is error; else null.</param>
internal record GpuPart(
    PartStatus Status, string? GpuName, int? Index, long? UtilizationPct, long? TemperatureC, double? PowerW, double? PowerLimitW, string Host,
    DateTimeOffset? CollectedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MemoryUsedMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MemoryTotalMb,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MemoryPct,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MemoryNote,
    string? Error) : IPart
{
    /// <param name="hotCelsius">Where the GPU reports no limit of its own.</param>
    public static GpuPart Of(Gpu gpu, string host, DateTimeOffset collectedAt, double hotCelsius)
    {
        var view = GpuView.Of(gpu, []);
        var percent = gpu.MemoryUnified ? null : Percent(gpu);
        return new GpuPart(
            OverviewRules.Gpu(asked: true, gpu.Fault is null, gpu.TemperatureCelsius, gpu.TemperatureLimitCelsius ?? hotCelsius),
            view.Name, view.Index, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts, view.PowerLimitWatts, host, collectedAt,
            percent is null ? null : view.MemoryUsedMb,
            percent is null ? null : view.MemoryTotalMb,
            percent,
            gpu.MemoryUnified ? Note(view) : null,
            Problem(gpu));
    }

    /// <summary>A GPU that is, or ought to be, on the host, of which nothing is known now.</summary>
    /// <param name="error">Why, in one line.</param>
    public static GpuPart Missing(string host, bool asked, string? error)
    {
        var status = OverviewRules.Gpu(asked, there: false, null, 0);
        return new GpuPart(status, null, null, null, null, null, null, host, null, null, null, null, null, asked ? error : null);
    }

    /// <returns>Null where used or total is not known.</returns>
    internal static double? Percent(Gpu gpu) => GpuView.Round(100.0 * gpu.MemoryUsedBytes / gpu.MemoryTotalBytes);

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

/// <summary>One GPU, and beside it every GPU of every host, this machine's too.</summary>
internal sealed record GpuAnswer : GpuPart
{
    public GpuAnswer(GpuPart chosen, IReadOnlyList<GpuPart> gpus)
        : base(chosen) => Gpus = gpus;

    [JsonPropertyOrder(1)]
    public IReadOnlyList<GpuPart> Gpus { get; }
}

/// <summary>The first GPU of this machine. Whole MiB; null where it is not known.</summary>
/// <param name="MemoryFreeMb">As the driver says: less than the difference where it keeps some for itself.</param>
/// <param name="Error">As in <see cref="GpuPart"/>.</param>
internal sealed record LocalGpuPart(
    PartStatus Status, string? GpuName, long? UtilizationPct, long? TemperatureC, double? PowerW, double? PowerLimitW,
    long? MemoryUsedMb, long? MemoryTotalMb, long? MemoryFreeMb, double? MemoryPct, string? Error) : IPart
{
    /// <param name="hotCelsius">Where the GPU reports no limit of its own.</param>
    public static LocalGpuPart Of(Gpu gpu, double hotCelsius)
    {
        var view = GpuView.Of(gpu, []);
        return new LocalGpuPart(
            OverviewRules.Gpu(asked: true, gpu.Fault is null, gpu.TemperatureCelsius, gpu.TemperatureLimitCelsius ?? hotCelsius),
            view.Name, view.UtilizationPercent, view.TemperatureC, view.PowerDrawWatts, view.PowerLimitWatts,
            view.MemoryUsedMb, view.MemoryTotalMb, GpuView.Mebibytes(gpu.MemoryFreeBytes), GpuPart.Percent(gpu), GpuPart.Problem(gpu));
    }

    /// <param name="error">Why nothing is known, in one line.</param>
    public static LocalGpuPart Missing(bool asked, string? error) => new(
        OverviewRules.Gpu(asked, there: false, null, 0), null, null, null, null, null, null, null, null, null, asked ? error : null);
}

/// <param name="Provider">Its name in fleet.yml.</param>
/// <param name="Server">What it speaks.</param>
/// <param name="Error">What is wrong in one line; null when nothing is, and before the first answer. So in all parts of targets.</param>
internal sealed record ProviderPart(
    PartStatus Status, string Provider, string Server, string BaseUrl, bool Healthy,
    double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastCheckedAt,
    DateTimeOffset? LastHealthyAt, string? Error) : IPart
{
    public static ProviderPart Of(ProviderFacts facts) => new(
        OverviewRules.Provider(facts.Target.Asked, facts.Healthy, facts.Loading), facts.Target.Name,
        facts.Kind, facts.Url.OriginalString, facts.Healthy, facts.Target.LatencyMs,
        facts.Target.ConsecutiveFailures, facts.Target.LastCheckedAt, facts.Target.LastHealthyAt, facts.Problem);
}

/// <param name="SessionCount">Of all, also those that <paramref name="Sessions"/> leaves out.</param>
/// <param name="Sessions">The last active first; null while the gateway does not tell.</param>
/// <param name="Discord">Null where the channel is not there.</param>
internal sealed record GatewayPart(
    PartStatus Status, bool GatewayOk, double? LatencyMs, int? SessionCount, IReadOnlyList<SessionPart>? Sessions, DiscordPart? Discord,
    string? Error) : IPart
{
    /// <summary>Sessions shown where nobody asks for more.</summary>
    internal const int UsualSessions = 5;

    /// <param name="sessions">The most that are shown.</param>
    public static GatewayPart Of(GatewayFacts facts, int sessions) => new(
        OverviewRules.Gateway(facts.Target.Asked, facts.Ok, facts.Discord?.Ok), facts.Ok, facts.Target.LatencyMs, facts.SessionCount,
        facts.Sessions is { } all ? [.. all.Take(sessions)] : null, facts.Discord, facts.Problem);
}

/// <param name="Host">Where it listens.</param>
/// <param name="Reachable">Whether its check passes: a half-dead tunnel is not reachable.</param>
/// <param name="ServiceName">The unit that keeps it open; null without one.</param>
internal sealed record TunnelPart(
    PartStatus Status, string Host, int? Port, bool Reachable, double? LatencyMs, string? ServiceName,
    bool? ServiceActive, string? ServiceStatus, string? Error) : IPart
{
    public static TunnelPart Of(TunnelFacts facts) => new(
        OverviewRules.Tunnel(facts.Target.Asked, facts.Target.Up, facts.Unit?.Active), facts.Connect.Host,
        facts.Connect.Port, facts.Target.Up, facts.Target.LatencyMs,
        facts.Unit?.Name, facts.Unit?.Active, facts.Unit?.Status, facts.Problem);
}

/// <param name="Services">By name.</param>
/// <param name="Error">Names those that fail; null where none does.</param>
internal sealed record MultimodalPart(
    PartStatus Status, int ServicesUp, int ServicesTotal, IReadOnlyDictionary<string, ServicePart> Services, string? Error) : IPart
{
    public static MultimodalPart Of(IReadOnlyCollection<ServiceFacts> services)
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
/// <param name="ModelParams">Parameters of its model; llama.cpp tells.</param>
/// <param name="ContextTrain">Tokens of context that its model was trained with; llama.cpp tells.</param>
/// <param name="Config">Of the first gateway; null without one, and while it does not tell.</param>
internal sealed record HeartbeatPart(
    PartStatus Status, int Port, string? Model, long? ModelParams, long? ContextTrain, bool ServerHealthy, bool? ServiceActive, string? ServiceStatus,
    HeartbeatConfigPart? Config, string? Error) : IPart
{
    public static HeartbeatPart Of(ProviderFacts facts, GatewayHeartbeat? config)
    {
        var target = TargetPart.OfHeartbeat(facts);
        return new HeartbeatPart(
            target.Status, facts.Url.Port, facts.Model?.Id, facts.Model?.Parameters, facts.Model?.TrainedContext, facts.Healthy,
            facts.Unit?.Active, facts.Unit?.Status, config is null ? null : HeartbeatConfigPart.Of(config),
            facts.Target.Asked ? target.Reason : null);
    }
}

/// <summary>The heartbeat as the gateway's configuration has it.</summary>
/// <param name="Model">The <c>ref</c> of one of <paramref name="AvailableModels"/>; null for the agent's own.</param>
/// <param name="Every">For example <c>30m</c>; null for the gateway's own.</param>
/// <param name="Prompt">Null for the gateway's own.</param>
internal sealed record HeartbeatConfigPart(
    bool Enabled, string? Model, string? Every, string? Prompt, IReadOnlyList<AvailableModelPart> AvailableModels)
{
    public static HeartbeatConfigPart Of(GatewayHeartbeat config) => new(
        config.Enabled, config.Model, config.Every, config.Prompt,
        [.. config.Models.Select(m => new AvailableModelPart(m.Ref, m.Name, m.Provider, m.Id))]);
}

internal sealed record AvailableModelPart(string Ref, string Name, string Provider, string ModelId);

/// <summary>All parts; each is what its own endpoint answers without parameters.</summary>
/// <param name="CollectTimeMs">Time from the request to this answer, waiting for fresh values included.</param>
/// <param name="Targets">Every provider, gateway and tunnel, in the order of fleet.yml.</param>
internal sealed record OverviewView(
    PartStatus Status, DateTimeOffset Timestamp, PartStatus Overall, double CollectTimeMs, object Gpu,
    object Provider, object Gateway, object Tunnel, object LocalGpu, object Multimodal,
    object Heartbeat, IReadOnlyList<TargetPart> Targets);
