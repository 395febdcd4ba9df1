using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>The sample lines of each host: rendered at the first scrape after a change, copied until the next one.</summary>
internal sealed class RenderedHosts(DroppedSeries dropped) : IDisposable
{
    private readonly SnapshotCache<RenderedSamples> _cache = new();
    private MetricsPage? _page;

    /// <param name="bug">Called when writing a reading throws.</param>
    public RenderedSamples Of(HostSnapshot host, Instant now, Action<string, Exception> bug)
    {
        if (_cache.Find(host, now) is { } known)
        {
            foreach (var family in known.Dropped)
            {
                dropped.Add(family);
            }

            return known;
        }

        // One page serves all hosts of a scrape; a second scrape at the same time makes its own.
        var page = Interlocked.Exchange(ref _page, null) ?? new MetricsPage(dropped);
        page.Clear();
        HostPage.Write(page, host, now, bug);
        var samples = page.Render();
        Interlocked.Exchange(ref _page, page)?.Dispose();
        _cache.Set(host, now, samples);
        return samples;
    }

    public void Dispose() => _page?.Dispose();
}
