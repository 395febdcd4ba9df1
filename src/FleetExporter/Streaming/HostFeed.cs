using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;

namespace FleetExporter.Streaming;

/// <summary>Publishes changed hosts and the overview to <c>/ws</c>, at most twice a second, and only while it has clients.</summary>
internal sealed class HostFeed(
    FleetState state, HostViews views, OverviewBuilder overview, LiveConfig config, LiveEvents events, StreamClients clients, TimeProvider clock)
{
    public const string Host = "host";
    public const string Overview = "overview_update";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (HostSnapshot Snapshot, HostStatus Status)> _published = new(StringComparer.Ordinal);
    private byte[] _overview = [];

    public LiveLog Log => events.Log;

    /// <summary>Publishes what has changed. A snapshot that was not replaced changes only by age, which its status reflects.</summary>
    public void Update()
    {
        lock (_lock)
        {
            var now = clock.Now();
            var gone = _published.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var host in state.Hosts)
            {
                var name = host.Host.Name;
                gone.Remove(name);
                var status = host.Status(now);
                if (!_published.TryGetValue(name, out var previous) || !ReferenceEquals(previous.Snapshot, host) || previous.Status != status)
                {
                    _published[name] = (host, status);
                    var json = events.Serialise(views.Of(host));
                    Log.Set(name, Host, name, () => json, publishUnchanged: false);
                }
            }

            foreach (var name in gone)
            {
                _published.Remove(name);
                Log.Remove(name);
                Log.Publish("host_removed", events.Serialise(new { Hostname = name }));
            }

            UpdateOverview();
            Log.Wake();
        }
    }

    /// <summary>Publishes what has changed if <c>/ws</c> has clients.</summary>
    public void UpdateIfRead()
    {
        if (clients.Count("ws") > 0)
        {
            Update();
        }
    }

    private void UpdateOverview()
    {
        var started = clock.GetTimestamp();
        var view = overview.Build(config.Current).All(() => clock.GetElapsedTime(started));
        // A new timestamp alone is no change.
        var withoutTimes = events.Serialise(view with { Timestamp = default, CollectTimeMs = 0 });
        if (!withoutTimes.AsSpan().SequenceEqual(_overview))
        {
            _overview = withoutTimes;
            Log.Set("\n" + Overview, Overview, null, () => events.Serialise(view), publishUnchanged: true);
        }
    }
}
