namespace FleetExporter.Tests.Bundle;

/// <summary>An exception to a rule of the dashboards, and why.</summary>
/// <param name="Where">The dashboard, or the metric, or both as <c>dashboard/panel title</c>.</param>
internal sealed record RuleException(string Rule, string Where, string Reason);

/// <summary>Exceptions to the rules of queries. A test fails for unused ones.</summary>
internal static class RuleExceptions
{
    public const string Selectors = "selectors", Window = "window";

    public static readonly IReadOnlyList<RuleException> All =
    [
        new(Selectors, "fleet_gpu_xid_last_timestamp_seconds", "a GPU that has fallen off the bus has no index any more, "
            + "and no variable would find it"),
        new(Selectors, "fleet_gpu_xid_errors_total", "a GPU that has fallen off the bus has no index any more, and no variable would find it"),
        new(Selectors, "ALERTS", "alerts of the service itself have no host, those of Prometheus another job; each place says which it wants"),
        new(Selectors, "prometheus_rule_group_last_duration_seconds", "of Prometheus itself, which no variable chooses"),
        new(Selectors, "alertmanager_notifications_failed_total", "of Alertmanager itself, which no variable chooses"),
        new(Window, "fleet-overview/GPU energy, 24 h", "24 h is what the panel is about"),
        new(Window, "fleet-energy/Energy, 24 h", "24 h is what the panel is about"),
        new(Window, "fleet-energy/Cost, 24 h", "24 h is what the panel is about"),
    ];
}
