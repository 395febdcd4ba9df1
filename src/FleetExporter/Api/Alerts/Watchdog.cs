using FleetExporter.Metrics;

namespace FleetExporter.Api.Alerts;

/// <summary>Remembers when the alert that always fires was last told: the proof that alerts arrive. One for the service.</summary>
public sealed class Watchdog(TimeProvider clock) : IPagePart
{
    /// <summary>The alert's name.</summary>
    public const string Alert = "Watchdog";

    internal static readonly MetricFamily LastSeen = MetricFamily.Gauge(
        "fleet_watchdog_last_seen_timestamp_seconds", "When Alertmanager last told that the alert Watchdog fires; absent before the first time.");

    private long _seen;

    public void Seen() => Volatile.Write(ref _seen, clock.GetUtcNow().ToUnixTimeMilliseconds());

    public void WriteTo(MetricsPage page)
    {
        if (Volatile.Read(ref _seen) is > 0 and var seen)
        {
            page.Add(LastSeen, Labels.None, seen / 1000.0);
        }
    }
}
