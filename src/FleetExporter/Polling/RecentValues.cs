using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Hosting;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>A GPU at one moment.</summary>
/// <param name="Utilization">Percent; null where it is not known.</param>
internal readonly record struct RecentGpu(int? Index, string? Uuid, float? Utilization);

/// <summary>A host at one moment.</summary>
/// <param name="Cpu">Percent; null where it is not known.</param>
internal readonly record struct RecentHost(float? Cpu, ImmutableArray<RecentGpu> Gpus);

/// <summary>The values of all hosts at one moment.</summary>
internal sealed record RecentMoment(DateTimeOffset Time, IReadOnlyDictionary<string, RecentHost> Hosts);

/// <summary>
/// CPU and GPU utilisation of the last ten minutes, in memory, for the sparklines of a page that was just opened. Prometheus keeps the history.
/// </summary>
internal sealed class RecentValues(FleetState state, LoopDependencies parts) : HostedLoop(ExporterLoop.Recent, parts)
{
    public const int MaxMoments = 60;

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private volatile IReadOnlyList<RecentMoment> _moments = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RecentMoment> Moments => _moments;

    /// <summary>Adds the current values and drops those older than ten minutes.</summary>
    internal void Take()
    {
        var now = Clock.Now();
        var last = _moments.Count > 0 ? _moments[^1].Hosts : null;
        var moment = new RecentMoment(
            now.Time, state.Hosts.ToDictionary(h => h.Host.Name, h => Of(h, now, last?.GetValueOrDefault(h.Host.Name)), StringComparer.Ordinal));
        _moments = [.. _moments.TakeLast(MaxMoments - 1), moment];
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step, Clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Take();
        }
    }

    /// <param name="last">The moment before; a uuid that did not change is the same string.</param>
    private static RecentHost Of(HostSnapshot host, Instant now, RecentHost? last)
    {
        return new RecentHost(
            (float?)(host.Get<VitalsReading>(now)?.CpuBusyRatio * 100),
            [.. (host.Get<GpuReading>(now)?.Gpus ?? []).Select((g, i) => new RecentGpu(g.Index, Known(g.Uuid, i), (float?)(g.Utilization * 100)))]);

        string? Known(string? uuid, int position) =>
            last is { Gpus: { IsDefault: false } gpus } && position < gpus.Length && gpus[position].Uuid == uuid ? gpus[position].Uuid : uuid;
    }
}
