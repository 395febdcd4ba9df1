using System.Buffers;
using System.Text;

namespace FleetExporter.Metrics;

/// <summary>
/// One page of samples, built per scrape. Samples may be added in any order; the page groups them by family.
/// Not thread-safe. Drops duplicates and samples beyond <see cref="MetricFamily.MaxSeriesPerTarget"/>.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly DroppedSeries _dropped;
    private readonly List<MetricFamily> _droppedHere = [];
    private FamilyBuffer?[] _buffers = new FamilyBuffer?[MetricFamily.Count];
    private int _target;

    public MetricsPage(DroppedSeries dropped) => _dropped = dropped;

    /// <summary>Starts the next host or target and resets the limits per family.</summary>
    public void BeginTarget() => _target++;

    /// <summary>Adds one sample; nothing for null.</summary>
    public void Add(MetricFamily family, Labels labels, double? value)
    {
        if (value is { } number && double.IsFinite(number) && TryGetBuffer(family) is { } buffer)
        {
            buffer.Begin(labels);
            End(buffer, number);
        }
    }

    /// <summary>Adds one sample with additional labels.</summary>
    public void Add(MetricFamily family, Labels labels, double? value, params ReadOnlySpan<(string Name, string Value)> extra)
    {
        if (value is { } number && double.IsFinite(number) && TryGetBuffer(family) is { } buffer)
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
    /// <param name="current">The current state; null or an unknown one makes all samples 0.</param>
    public void AddStates(MetricFamily family, Labels labels, string label, IReadOnlyList<string> states, string? current)
    {
        foreach (var state in states)
        {
            Add(family, labels, state == current ? 1 : 0, (label, state));
        }
    }

    /// <summary>Writes the whole page, families sorted by name.</summary>
    public void WriteTo(IBufferWriter<byte> output, ExpositionFormat format)
    {
        foreach (var buffer in Sorted())
        {
            format.WriteMetadata(output, buffer.Family);
            buffer.CopyTo(output);
        }

        format.WriteEnd(output);
    }

    /// <summary>The samples so far, for a page of several.</summary>
    /// <param name="unused">Lines that nobody reads any more; theirs is the memory of the new ones.</param>
    public RenderedSamples Render(RenderedSamples? unused = null)
    {
        var sorted = Sorted();
        var text = RenderedSamples.MemoryFor(sorted.Sum(b => b.Length), unused);
        var parts = new (MetricFamily Family, int End)[sorted.Count];
        var end = 0;
        foreach (var (i, buffer) in sorted.Index())
        {
            end += buffer.CopyTo(text.AsSpan(end));
            parts[i] = (buffer.Family, end);
        }

        return new RenderedSamples(text, parts, [.. _droppedHere]);
    }

    /// <summary>Removes all samples and keeps the memory, for the next use.</summary>
    public void Clear()
    {
        _droppedHere.Clear();
        foreach (var buffer in _buffers)
        {
            buffer?.Clear();
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

    private List<FamilyBuffer> Sorted()
    {
        var sorted = new List<FamilyBuffer>();
        foreach (var buffer in _buffers)
        {
            if (buffer is { Length: > 0 })
            {
                sorted.Add(buffer);
            }
        }

        sorted.Sort(static (a, b) => string.CompareOrdinal(a.Family.Name, b.Family.Name));
        return sorted;
    }

    private void End(FamilyBuffer buffer, double value)
    {
        if (!buffer.End(value))
        {
            Drop(buffer.Family);
        }
    }

    private void Drop(MetricFamily family)
    {
        _droppedHere.Add(family);
        _dropped.Add(family);
    }

    private FamilyBuffer? TryGetBuffer(MetricFamily family)
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

        Drop(family);
        return null;
    }
}
