using System.Collections.Concurrent;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>The sample lines of each host: rendered at the first scrape after a change, copied until the next one.</summary>
internal sealed class RenderedHosts(DroppedSeries dropped) : IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _hosts = new(StringComparer.Ordinal);
    private MetricsPage? _page;

    /// <param name="bug">Called when writing a reading throws.</param>
    public RenderedSamples Of(HostSnapshot host, Instant now, Action<string, Exception> bug)
    {
        if (_hosts.TryGetValue(host.Host.Name, out var entry) && entry.IsValid(host, now))
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
        _hosts[host.Host.Name] = new Entry(host, now, host.UnchangedUntil(now), samples);
        return samples;
    }

    public void Dispose() => _page?.Dispose();

    /// <summary>Forgets hosts that are no longer monitored.</summary>
    public void Keep(IReadOnlyCollection<string> hosts)
    {
        if (_hosts.Count > hosts.Count)
        {
            foreach (var gone in _hosts.Keys.Except(hosts))
            {
                _hosts.TryRemove(gone, out _);
            }
        }
    }

    private sealed record Entry(HostSnapshot Host, Instant At, Instant Until, RenderedSamples Samples)
    {
        /// <summary>Times are as of the wall clock at the rendering, unless that was set since.</summary>
        public bool IsValid(HostSnapshot host, Instant now) =>
            ReferenceEquals(host, Host) && now <= Until && (now.Time - At.Time - (now - At)).Duration() < TimeSpan.FromSeconds(1);
    }
}
