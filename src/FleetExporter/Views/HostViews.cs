using FleetExporter.Polling.Snapshots;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Views;

/// <summary>Views of the hosts as they are now, each built on its own: a host of which something cannot be shown hinders no other.</summary>
internal sealed partial class HostViews(FleetState state, TimeProvider clock, ILogger<HostViews> logger)
{
    /// <summary>What is said of a host whose view cannot be built.</summary>
    internal const string CannotBeShown = "the exporter cannot show its readings; see the exporter's log";

    /// <summary>The host; what no reading is needed for where they cannot be shown.</summary>
    public HostStateView Of(HostSnapshot host)
    {
        var now = clock.Now();
        return Try(host, h => HostStateView.Of(h, now), LogBug) ?? HostStateView.Of(host with { Outcomes = host.Outcomes.Clear() }, now) with
        {
            Reason = CannotBeShown,
        };
    }

    /// <summary>The sessions of all hosts by id.</summary>
    public IEnumerable<SessionView> Sessions()
    {
        var now = clock.Now();
        return state.Hosts
            .SelectMany(host => Try<IReadOnlyList<SessionView>>(host, h => [.. SessionView.Of(h, now)], LogBug) ?? [])
            .OrderBy(s => s.Id, StringComparer.Ordinal);
    }

    /// <summary>The view of a host; null where building it throws; <paramref name="bug"/> is called with that.</summary>
    public static T? Try<T>(HostSnapshot host, Func<HostSnapshot, T?> view, Action<string, Exception>? bug)
        where T : class
    {
        try
        {
            return view(host);
        }
        catch (Exception e)
        {
            bug?.Invoke(host.Host.Name, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What is known of {Host} could not be shown; this is a bug of the exporter")]
    private partial void LogBug(string host, Exception error);
}
