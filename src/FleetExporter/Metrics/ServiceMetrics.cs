using Prometheus;

namespace FleetExporter.Metrics;

/// <summary>
/// The registry of the service's own metrics: what the process itself counts and times. What is measured of the fleet is never kept here, but written
/// from snapshots into a <see cref="MetricsPage"/>. One for each service, so that several services in one process do not share values.
/// </summary>
internal sealed class ServiceMetrics
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;

    public ServiceMetrics()
    {
        _factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        // An exemplar is the current trace's id by default; nothing here is traced.
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }

    public Counter Counter(MetricFamily family) => _factory.CreateCounter(family.Name, family.Help, [.. family.Labels]);

    public Gauge Gauge(MetricFamily family) => _factory.CreateGauge(family.Name, family.Help, [.. family.Labels]);

    /// <summary>Has no sample until it is set.</summary>
    public Gauge AbsentGauge(MetricFamily family) => _factory.CreateGauge(family.Name, family.Help, new GaugeConfiguration
    {
        LabelNames = [.. family.Labels],
        SuppressInitialValue = true,
    });

    /// <param name="buckets">Upper bounds in rising order, without infinity.</param>
    public Histogram Histogram(MetricFamily family, params double[] buckets) =>
        _factory.CreateHistogram(family.Name, family.Help, new HistogramConfiguration { LabelNames = [.. family.Labels], Buckets = buckets });

    /// <summary>Runs before each export, to set what is only read when asked.</summary>
    public void BeforeExport(Action update) => _registry.AddBeforeCollectCallback(update);

    /// <summary>Adds the process metrics of the library. Families that exist keep their help text.</summary>
    internal void AddProcess() => DotNetStats.Register(_registry);

    /// <summary>Writes all families and, in OpenMetrics, the end of the page.</summary>
    public Task WriteAsync(Stream output, ExpositionFormat format, CancellationToken stop) => _registry.CollectAndExportAsTextAsync(
        output,
        format == ExpositionFormat.OpenMetrics ? Prometheus.ExpositionFormat.OpenMetricsText : Prometheus.ExpositionFormat.PrometheusText,
        stop);
}
