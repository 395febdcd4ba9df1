using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;

namespace FleetExporter.Streaming;

/// <summary>Hosts and the overview as <c>/ws</c> tells them: what has changed, at most once a second, and only while somebody reads.</summary>
internal sealed class HostFeed(
    FleetState state, HostViews views, OverviewBuilder overview, LiveConfig config, LiveEvents events, StreamClients clients, TimeProvider clock)
{
    public const string Host = "host";
    public const string Overview = "overview_update";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (HostSnapshot Snapshot, HostStatus Status)> _seen = new(StringComparer.Ordinal);
    private byte[] _overview = [];

    public LiveLog Log => events.Log;

    /// <summary>Takes over what is now. A snapshot that was not replaced changes only by getting old, which its status tells.</summary>
    public void Take()
    {
        lock (_lock)
        {
            var now = clock.Now();
            var gone = _seen.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var host in state.Hosts)
            {
                var name = host.Host.Name;
                gone.Remove(name);
                var status = host.Status(now);
                if (!_seen.TryGetValue(name, out var before) || !ReferenceEquals(before.Snapshot, host) || before.Status != status)
                {
                    _seen[name] = (host, status);
                    Log.Set(name, Host, name, events.Serialise(views.Of(host)), again: false);
                }
            }

            foreach (var name in gone)
            {
                _seen.Remove(name);
                Log.Remove(name);
                Log.Publish("host_removed", events.Serialise(new { Hostname = name }));
            }

            TakeOverview();
            Log.Wake();
        }
    }

    /// <summary>Takes over what is now if somebody reads.</summary>
    public void TakeIfRead()
    {
        if (clients.Count("ws") > 0)
        {
            Take();
        }
    }

    private void TakeOverview()
    {
        var started = clock.GetTimestamp();
        var view = overview.Build(config.Current).All(() => clock.GetElapsedTime(started));
        // The time of the answer is no change.
        var bare = events.Serialise(view with { Timestamp = default, CollectTimeMs = 0 });
        if (!bare.AsSpan().SequenceEqual(_overview))
        {
            _overview = bare;
            Log.Set("\n" + Overview, Overview, null, events.Serialise(view), again: true);
        }
    }
}
