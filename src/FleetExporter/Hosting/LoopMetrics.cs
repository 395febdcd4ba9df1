using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Hosting;

/// <summary>The service's own loops. A closed set; its words are in the metrics.</summary>
internal enum ServiceLoop
{
    /// <summary>Login sessions and tickets, between memory and store.</summary>
    AccessTokens,

    /// <summary>The comparison with Alertmanager's list.</summary>
    Alerts,

    /// <summary>When tmux sessions were last attached, between memory and store.</summary>
    AttachedTimes,

    /// <summary>The jobs in sessions.</summary>
    Jobs,

    /// <summary>What the streams tell.</summary>
    Live,

    /// <summary>The last ten minutes.</summary>
    Recent,

    /// <summary>The checks of the store.</summary>
    Store,

    /// <summary>The search for calls without an end.</summary>
    UnfinishedCalls,

    /// <summary>Which hosts are watched.</summary>
    Watchlist,
}

/// <summary>Counts failures of the service's own loops. One for the service.</summary>
internal sealed class LoopMetrics
{
    internal static readonly MetricFamily Failures = MetricFamily.Counter(
        "fleet_loop_failures_total",
        "Unforeseen failures of a loop of the exporter (access_tokens, alerts, attached_times, jobs, live, recent, store, unfinished_calls, "
        + "watchlist), each a bug of it; the loop starts again.",
        "loop");

    private readonly Counter.Child[] _failures;

    public LoopMetrics(ServiceMetrics metrics)
    {
        var failures = metrics.Counter(Failures);
        _failures = [.. Enum.GetValues<ServiceLoop>().Select(loop => failures.WithLabels(Words.Of(loop)))];
    }

    internal void Failed(ServiceLoop loop) => _failures[(int)loop].Inc();
}
