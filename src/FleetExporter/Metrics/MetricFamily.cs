namespace FleetExporter.Metrics;

internal enum MetricType
{
    Gauge,
    Counter,
    Histogram,
}

/// <summary>
/// One row of the catalogue: the name, type, help and labels of a family, of a <see cref="MetricsPage"/> or of <see cref="ServiceMetrics"/>.
/// Identity is the object, so declare each once as <c>static readonly</c>.
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

    /// <summary>The name as it stands on a sample line; a counter ends in <c>_total</c>.</summary>
    public string Name { get; }

    /// <summary>One sentence: what it is and where it comes from.</summary>
    public string Help { get; }

    /// <summary>Base unit, taken from the end of the name; null where the name has none.</summary>
    public string? Unit { get; }

    /// <summary>The type as both text formats and the catalogue call it.</summary>
    public string TypeWord => Type switch
    {
        MetricType.Counter => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    /// <summary>The names on sample lines: the family's own, or those of a histogram.</summary>
    public IReadOnlyList<string> SampleNames => Type == MetricType.Histogram ? [Name + "_bucket", Name + "_sum", Name + "_count"] : [Name];

    /// <summary>Every label a sample may carry.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Most series of this family that one target (a host, say) may have on a page. Default 256.</summary>
    public int MaxSeriesPerTarget { get; private set; } = 256;

    /// <summary>Place of this family's buffer in a page.</summary>
    internal int Ordinal { get; }

    internal static int Count => Volatile.Read(ref _count);

    public static MetricFamily Gauge(string name, string help, params string[] labels) => new(MetricType.Gauge, name, help, labels);

    public static MetricFamily Counter(string name, string help, params string[] labels) =>
        name.EndsWith("_total", StringComparison.Ordinal)
            ? new(MetricType.Counter, name, help, labels)
            : throw new ArgumentException($"The counter {name} does not end in _total.", nameof(name));

    /// <summary>For <see cref="ServiceMetrics"/>. <c>le</c> is not among its labels; the samples have it.</summary>
    public static MetricFamily Histogram(string name, string help, params string[] labels) => new(MetricType.Histogram, name, help, labels);

    /// <summary>The same family with another limit; used where it is declared.</summary>
    public MetricFamily UpTo(int seriesPerTarget)
    {
        MaxSeriesPerTarget = seriesPerTarget;
        return this;
    }

    public override string ToString() => Name;
}
