using System.Runtime.CompilerServices;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>
/// The sample lines of each host: rendered at the first scrape after a change, copied until the next one. The next text takes the memory of the
/// last one, so that scrapes leave no garbage.
/// </summary>
internal sealed class RenderedHosts(DroppedSeries dropped) : IDisposable
{
    private readonly ConditionalWeakTable<HostConfig, Slot> _slots = [];
    private MetricsPage? _page;

    /// <returns>Held for the caller, who releases it when it is written.</returns>
    /// <param name="bug">Called when writing a reading throws.</param>
    public RenderedSamples Of(HostSnapshot host, Instant now, Action<string, Exception> bug)
    {
        var slot = _slots.GetOrAdd(host.Host, static _ => new Slot());
        lock (slot)
        {
            if (slot.Samples is { } known && slot.IsOf(host, now))
            {
                foreach (var family in known.Dropped)
                {
                    dropped.Add(family);
                }

                known.Hold();
                return known;
            }

            // One page serves all hosts of a scrape; a second scrape at the same time makes its own.
            var page = Interlocked.Exchange(ref _page, null) ?? new MetricsPage(dropped);
            page.Clear();
            HostPage.Write(page, host, now, bug);
            slot.Samples = page.Render(slot.Samples is { IsHeld: false } unused ? unused : null);
            Interlocked.Exchange(ref _page, page)?.Dispose();
            slot.SetSource(host, now);
            slot.Samples.Hold();
            return slot.Samples;
        }
    }

    public void Dispose() => _page?.Dispose();

    private sealed class Slot
    {
        private readonly WeakReference<HostSnapshot?> _source = new(null);
        private SnapshotValidity _validity;

        public RenderedSamples? Samples { get; set; }

        public bool IsOf(HostSnapshot host, Instant now) =>
            _source.TryGetTarget(out var source) && ReferenceEquals(source, host) && _validity.Includes(now);

        public void SetSource(HostSnapshot host, Instant now)
        {
            _source.SetTarget(host);
            _validity = SnapshotValidity.Of(host, now);
        }
    }
}
