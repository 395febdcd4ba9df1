using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>Builds the current views of hosts one by one, so that a failure to build one affects no other.</summary>
internal sealed partial class HostViews(FleetState state, TimeProvider clock, ILogger<HostViews> logger)
{
    /// <summary>The problem shown for a host whose view cannot be built.</summary>
    internal const string ViewFailed = "the exporter cannot show its readings; see the exporter's log";

    /// <summary>The view of a host; without readings where building it with them fails.</summary>
    public HostStateView Of(HostSnapshot host)
    {
        var now = clock.Now();
        return Try(host, h => HostStateView.Of(h, now), LogBug) ?? HostStateView.Of(host with { Outcomes = CollectorOutcomes.Empty }, now) with
        {
            Reason = ViewFailed,
        };
    }

    /// <summary>The tmux sessions of all hosts, ordered by id.</summary>
    public IEnumerable<SessionView> Sessions()
    {
        var now = clock.Now();
        return state.Hosts
            .SelectMany(host => Try<IReadOnlyList<SessionView>>(host, h => [.. SessionView.Of(h, now)], LogBug) ?? [])
            .OrderBy(s => s.Id, StringComparer.Ordinal);
    }

    /// <summary>The GPUs of all hosts, ordered by key.</summary>
    public IEnumerable<FleetGpuView> Gpus()
    {
        var now = clock.Now();
        return state.Hosts.SelectMany(host => Try(host, h => FleetGpuView.Of(h, now), LogBug) ?? [])
            .OrderBy(g => g.Key(), StringComparer.Ordinal);
    }

    /// <summary>The view of a host; null where building it throws, after <paramref name="bug"/> was called with the exception.</summary>
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The view of {Host} could not be built; this is a bug of the exporter")]
    private partial void LogBug(string host, Exception error);
}
