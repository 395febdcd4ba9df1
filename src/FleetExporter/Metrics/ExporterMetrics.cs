using Prometheus;

namespace FleetExporter.Metrics;

/// <summary>
/// The registry of the exporter's own counters, gauges and histograms. Metrics of the fleet are not kept here, but written
/// from snapshots into a <see cref="MetricsPage"/>. One per exporter, so that several in one process do not share values.
/// </summary>
internal sealed class ExporterMetrics
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;

    public ExporterMetrics()
    {
        _factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        // Exemplars are trace ids by default; tracing is not used.
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }

    public Counter Counter(MetricFamily family) => _factory.CreateCounter(family.Name, family.Help, [.. family.Labels]);

    public Gauge Gauge(MetricFamily family) => _factory.CreateGauge(family.Name, family.Help, [.. family.Labels]);

    /// <summary>A gauge without a sample until it is set.</summary>
    public Gauge AbsentGauge(MetricFamily family) => _factory.CreateGauge(family.Name, family.Help, new GaugeConfiguration
    {
        LabelNames = [.. family.Labels],
        SuppressInitialValue = true,
    });

    /// <param name="buckets">Upper bounds in ascending order, without +Inf.</param>
    public Histogram Histogram(MetricFamily family, params double[] buckets) =>
        _factory.CreateHistogram(family.Name, family.Help, new HistogramConfiguration { LabelNames = [.. family.Labels], Buckets = buckets });

    /// <summary>Registers an update that runs before each export.</summary>
    public void BeforeExport(Action update) => _registry.AddBeforeCollectCallback(update);

    /// <summary>Adds the process metrics of the library. Existing families keep their HELP text.</summary>
    internal void AddProcess() => DotNetStats.Register(_registry);

    /// <summary>Writes all families and, in OpenMetrics, the end of the page.</summary>
    public Task WriteAsync(Stream output, ExpositionFormat format, CancellationToken stop) => _registry.CollectAndExportAsTextAsync(
        output,
        format == ExpositionFormat.OpenMetrics ? Prometheus.ExpositionFormat.OpenMetricsText : Prometheus.ExpositionFormat.PrometheusText,
        stop);
}
