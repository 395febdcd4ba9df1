using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Hosting;

/// <summary>Background loops of the exporter: the closed set of the label <c>loop</c>.</summary>
internal enum ExporterLoop
{
    /// <summary>Synchronises login sessions and tickets with the store.</summary>
    AccessTokens,

    /// <summary>Polls Alertmanager.</summary>
    Alerts,

    /// <summary>Synchronises times of attached tmux sessions with the store.</summary>
    AttachedTimes,

    /// <summary>Records events.</summary>
    Events,

    /// <summary>Writes events to the store.</summary>
    EventWriter,

    /// <summary>Follows jobs in tmux sessions.</summary>
    Jobs,

    /// <summary>Feeds the streams.</summary>
    Live,

    /// <summary>Keeps values of the last day.</summary>
    Recent,

    /// <summary>Checks the store.</summary>
    Store,

    /// <summary>Ends unfinished calls in the audit.</summary>
    UnfinishedCalls,

    /// <summary>Answers systemd's watchdog.</summary>
    Watchdog,

    /// <summary>Refreshes the watchlist.</summary>
    Watchlist,
}

/// <summary>Counts failures of background loops. One per exporter.</summary>
internal sealed class LoopMetrics
{
    internal static readonly MetricFamily Failures = MetricFamily.Counter(
        "fleet_loop_failures_total",
        "Unexpected failures of background loops (access_tokens, alerts, attached_times, event_writer, events, jobs, live, recent, store, "
        + "unfinished_calls, watchdog, watchlist); each is a bug of the exporter, and the loop restarts.",
        "loop");

    private readonly Counter.Child[] _failures;

    public LoopMetrics(ExporterMetrics metrics)
    {
        var failures = metrics.Counter(Failures);
        _failures = [.. Enum.GetValues<ExporterLoop>().Select(loop => failures.WithLabels(Words.Of(loop)))];
    }

    internal void Failed(ExporterLoop loop) => _failures[(int)loop].Inc();
}
