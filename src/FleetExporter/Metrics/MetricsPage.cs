using System.Buffers;
using System.Text;

namespace FleetExporter.Metrics;

/// <summary>
/// One page of samples, built for one scrape and thrown away. Samples may come in any order; the page groups them by family.
/// Not safe for concurrent writers. A family's <see cref="MetricFamily.MaxSeriesPerTarget"/> is enforced here, and that a target has no series twice.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly DroppedSeries _dropped;
    private FamilyBuffer?[] _buffers = new FamilyBuffer?[MetricFamily.Count];
    private int _target;

    public MetricsPage(DroppedSeries dropped) => _dropped = dropped;

    /// <summary>Starts the next target (host, service): the limits per family count anew.</summary>
    public void BeginTarget() => _target++;

    /// <summary>Adds one sample. A null value is an absent one and adds nothing.</summary>
    public void Add(MetricFamily family, Labels labels, double? value)
    {
        if (value is { } number && double.IsFinite(number) && Room(family) is { } buffer)
        {
            buffer.Begin(labels);
            End(buffer, number);
        }
    }

    /// <summary>Adds one sample with labels beyond those of the target.</summary>
    public void Add(MetricFamily family, Labels labels, double? value, params ReadOnlySpan<(string Name, string Value)> extra)
    {
        if (value is { } number && double.IsFinite(number) && Room(family) is { } buffer)
        {
            buffer.Begin(labels);
            foreach (var (name, text) in extra)
            {
                buffer.Label(name, text);
            }

            End(buffer, number);
        }
    }

    /// <summary>Adds one sample per state, 1 for the current one and 0 for the others.</summary>
    /// <param name="current">The state that holds; null or one that is not in <paramref name="states"/> makes all of them 0.</param>
    public void AddStates(MetricFamily family, Labels labels, string label, IReadOnlyList<string> states, string? current)
    {
        foreach (var state in states)
        {
            Add(family, labels, state == current ? 1 : 0, (label, state));
        }
    }

    /// <summary>Writes the whole page, families in the order of their names.</summary>
    public void WriteTo(IBufferWriter<byte> output, ExpositionFormat format)
    {
        WriteFamilies(output, format);
        format.WriteEnd(output);
    }

    /// <summary>The same without the end of the page, for a page that goes on.</summary>
    public void WriteFamilies(IBufferWriter<byte> output, ExpositionFormat format)
    {
        foreach (var buffer in _buffers.Where(b => b is not null).OrderBy(b => b!.Family.Name, StringComparer.Ordinal))
        {
            format.WriteMetadata(output, buffer!.Family);
            buffer.CopyTo(output);
        }
    }

    public string ToString(ExpositionFormat format)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteTo(output, format);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public override string ToString() => ToString(ExpositionFormat.Text);

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer?.Dispose();
        }

        _buffers = [];
    }

    private void End(FamilyBuffer buffer, double value)
    {
        if (!buffer.End(value))
        {
            _dropped.Add(buffer.Family);
        }
    }

    private FamilyBuffer? Room(MetricFamily family)
    {
        if (family.Ordinal >= _buffers.Length)
        {
            Array.Resize(ref _buffers, Math.Max(MetricFamily.Count, family.Ordinal + 1));
        }

        var buffer = _buffers[family.Ordinal] ??= new FamilyBuffer(family);
        if (buffer.TryCount(_target))
        {
            return buffer;
        }

        _dropped.Add(family);
        return null;
    }
}
