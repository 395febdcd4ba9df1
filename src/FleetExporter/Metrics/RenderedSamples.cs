using System.Buffers;
using System.IO.Pipelines;

namespace FleetExporter.Metrics;

/// <summary>
/// Sample lines, grouped by family and sorted by its name; the same in both formats. They do not change while they are held.
/// </summary>
/// <param name="text">The lines of all families; may be longer than they are.</param>
/// <param name="parts">Where the lines of each family end in the text.</param>
/// <param name="dropped">A family for each sample that was dropped.</param>
internal sealed class RenderedSamples(byte[] text, (MetricFamily Family, int End)[] parts, IReadOnlyList<MetricFamily> dropped)
{
    /// <summary>Bytes written before they are sent, so that a large page does not pile up in memory.</summary>
    private const int FlushSize = 128 * 1024;

    private readonly byte[] _text = text;
    private int _holders;

    public IReadOnlyList<MetricFamily> Dropped => dropped;

    /// <summary>Bytes of all lines.</summary>
    public int Length => parts.Length == 0 ? 0 : parts[^1].End;

    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release() => Interlocked.Decrement(ref _holders);

    /// <summary>Memory for lines of this length, with room to grow.</summary>
    /// <param name="unused">Its memory is taken, if it suffices and is not twice what is needed; it is then used up.</param>
    public static byte[] MemoryFor(int length, RenderedSamples? unused) =>
        unused?._text is { } memory && memory.Length >= length && memory.Length / 2 <= length ? memory : new byte[length + (length / 16)];

    /// <summary>Writes all samples as one page, without its end: each family once, with the lines of all.</summary>
    public static async Task WriteAsync(
        PipeWriter output, IReadOnlyList<RenderedSamples> all, ExpositionFormat format, CancellationToken stop)
    {
        var next = new int[all.Count];
        while (FirstFamily(all, next) is { } family)
        {
            format.WriteMetadata(output, family);
            for (var i = 0; i < all.Count; i++)
            {
                if (all[i].FamilyAt(next[i]) == family)
                {
                    output.Write(all[i].LinesAt(next[i]++));
                    if (output.CanGetUnflushedBytes && output.UnflushedBytes >= FlushSize)
                    {
                        await output.FlushAsync(stop).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private static MetricFamily? FirstFamily(IReadOnlyList<RenderedSamples> all, int[] next)
    {
        MetricFamily? first = null;
        for (var i = 0; i < all.Count; i++)
        {
            // Nearly always the same object, without a comparison of names.
            var family = all[i].FamilyAt(next[i]);
            if (family is not null && family != first && (first is null || string.CompareOrdinal(family.Name, first.Name) < 0))
            {
                first = family;
            }
        }

        return first;
    }

    private MetricFamily? FamilyAt(int part) => part < parts.Length ? parts[part].Family : null;

    private ReadOnlySpan<byte> LinesAt(int part) => _text.AsSpan((part == 0 ? 0 : parts[part - 1].End)..parts[part].End);
}
