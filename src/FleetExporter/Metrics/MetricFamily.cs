namespace FleetExporter.Metrics;

internal enum MetricType
{
    Gauge,
    Counter,
    Histogram,
}

/// <summary>
/// One row of the catalogue: the name, type, help and labels of a family, of a <see cref="MetricsPage"/> or of <see cref="ExporterMetrics"/>.
/// Compared by reference, so declare each once as <c>static readonly</c>.
/// </summary>
internal sealed class MetricFamily
{
    private static readonly string[] Units = ["bytes", "seconds", "ratio", "celsius", "watts", "hertz", "joules"];
    private static int _count;

    private MetricFamily(MetricType type, string name, string help, string[] labels)
    {
        Type = type;
        Name = name;
        Help = help;
        Labels = labels;
        var stem = type == MetricType.Counter ? name[..^"_total".Length] : name;
        Unit = Array.Find(Units, unit => stem.EndsWith("_" + unit, StringComparison.Ordinal));
        Ordinal = Interlocked.Increment(ref _count) - 1;
    }

    public MetricType Type { get; }

    /// <summary>Name on sample lines; ends in <c>_total</c> for counters.</summary>
    public string Name { get; }

    /// <summary>HELP text: meaning and source.</summary>
    public string Help { get; }

    /// <summary>Base unit, from the suffix of the name; null without one.</summary>
    public string? Unit { get; }

    /// <summary>Type name in both text formats and the catalogue.</summary>
    public string TypeName => Type switch
    {
        MetricType.Counter => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    /// <summary>Names on sample lines, which for a histogram have suffixes.</summary>
    public IReadOnlyList<string> SampleNames => Type == MetricType.Histogram ? [Name + "_bucket", Name + "_sum", Name + "_count"] : [Name];

    /// <summary>Every label a sample may carry.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Maximum series of this family per target or host on a page. Default 256.</summary>
    public int MaxSeriesPerTarget { get; private set; } = 256;

    /// <summary>Index of this family's buffer in a page.</summary>
    internal int Ordinal { get; }

    internal static int Count => Volatile.Read(ref _count);

    public static MetricFamily Gauge(string name, string help, params string[] labels) => new(MetricType.Gauge, name, help, labels);

    public static MetricFamily Counter(string name, string help, params string[] labels) =>
        name.EndsWith("_total", StringComparison.Ordinal)
            ? new(MetricType.Counter, name, help, labels)
            : throw new ArgumentException($"The counter {name} does not end in _total.", nameof(name));

    /// <summary>For <see cref="ExporterMetrics"/>. Labels do not include <c>le</c>.</summary>
    public static MetricFamily Histogram(string name, string help, params string[] labels) => new(MetricType.Histogram, name, help, labels);

    /// <summary>Sets the limit; for use in the declaration.</summary>
    public MetricFamily WithMaxSeries(int seriesPerTarget)
    {
        MaxSeriesPerTarget = seriesPerTarget;
        return this;
    }

    public override string ToString() => Name;
}
