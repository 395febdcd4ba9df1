using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Api;

/// <summary>Measurements of a host's GPUs over a period, from Prometheus.</summary>
/// <param name="Series">One per GPU, in the order of their labels.</param>
internal sealed record HistoryView(string Id, DateTimeOffset From, DateTimeOffset To, double StepSeconds, IReadOnlyList<GpuHistoryView> Series);

/// <summary>Lists of (time, value); times without a value are omitted.</summary>
/// <param name="Gpu">The label <c>gpu</c> of the metrics: its index.</param>
/// <param name="GpuUtilization">Percent.</param>
/// <param name="MemoryUsedMb">Whole MiB.</param>
internal sealed record GpuHistoryView(
    string Gpu, IReadOnlyList<object[]> GpuUtilization, IReadOnlyList<object[]> MemoryUsedMb, IReadOnlyList<object[]> MemoryTotalMb,
    IReadOnlyList<object[]> TemperatureC, IReadOnlyList<object[]> PowerWatts);

/// <summary>Builds the Prometheus query and converts its answer.</summary>
internal static class GpuRangeQuery
{
    private const double Mebi = 1024 * 1024;

    private static readonly string[] Names =
        [
            "fleet_gpu_utilization_ratio", "fleet_gpu_memory_used_bytes", "fleet_gpu_memory_total_bytes",
            "fleet_gpu_temperature_celsius", "fleet_gpu_power_draw_watts"
        ];

    /// <summary>One query for all five metrics. A host that is scraped by several jobs, such as /metrics and /probe, counts once.</summary>
    public static string Query(string host) =>
        $"max by (__name__, gpu) ({{__name__=~\"{string.Join('|', Names)}\", host={PrometheusApi.Quote(host)}}})";

    public static IReadOnlyList<GpuHistoryView> Of(IEnumerable<RangeSeries> answer) =>
    [
        .. answer.GroupBy(s => s.Labels.GetValueOrDefault("gpu", ""))
            .OrderBy(g => g.Key.Length).ThenBy(g => g.Key, StringComparer.Ordinal).Select(gpu =>
            {
                List<object[]> Of(int metric, double factor, int digits = 1) =>
                [
                    .. gpu.Where(s => s.Labels.GetValueOrDefault("__name__") == Names[metric]).SelectMany(s => s.Points)
                        .Select(p => (object[])[p.At, Math.Round(p.Value * factor, digits)]),
                ];
                return new GpuHistoryView(gpu.Key, Of(0, 100), Of(1, 1 / Mebi, digits: 0), Of(2, 1 / Mebi, digits: 0), Of(3, 1), Of(4, 1));
            }),
    ];
}
