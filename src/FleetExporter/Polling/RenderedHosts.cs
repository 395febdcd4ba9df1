using System.Runtime.CompilerServices;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>The sample lines of each host: rendered at the first scrape after a change, copied until the next one.</summary>
internal sealed class RenderedHosts(DroppedSeries dropped) : IDisposable
{
    /// <summary>Lines live as long as the snapshot that they show.</summary>
    private readonly ConditionalWeakTable<HostSnapshot, Entry> _entries = [];
    private MetricsPage? _page;

    /// <param name="bug">Called when writing a reading throws.</param>
    public RenderedSamples Of(HostSnapshot host, Instant now, Action<string, Exception> bug)
    {
        if (_entries.TryGetValue(host, out var entry) && entry.IsValid(now))
        {
            foreach (var family in entry.Samples.Dropped)
            {
                dropped.Add(family);
            }

            return entry.Samples;
        }

        // One page serves all hosts of a scrape; a second scrape at the same time makes its own.
        var page = Interlocked.Exchange(ref _page, null) ?? new MetricsPage(dropped);
        page.Clear();
        HostPage.Write(page, host, now, bug);
        var samples = page.Render();
        Interlocked.Exchange(ref _page, page)?.Dispose();
        _entries.AddOrUpdate(host, new Entry(now, host.UnchangedUntil(now), samples));
        return samples;
    }

    public void Dispose() => _page?.Dispose();

    private sealed record Entry(Instant At, Instant Until, RenderedSamples Samples)
    {
        /// <summary>Times are as of the wall clock at the rendering, unless that was set since.</summary>
        public bool IsValid(Instant now) => now <= Until && (now.Time - At.Time - (now - At)).Duration() < TimeSpan.FromSeconds(1);
    }
}
