using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>Publishes the state sets that all kinds of targets share.</summary>
internal static class TargetStates
{
    public static readonly IReadOnlyList<string> Reasons = Words.All<TargetFailure>();

    /// <summary>Adds 1 for the reason of the failure, 0 for all others.</summary>
    public static void AddReason(MetricsPage page, MetricFamily family, Labels target, TargetFailure? failure) =>
        page.AddStates(family, target, "reason", Reasons, failure is { } f ? Words.Of(f) : null);

    /// <summary>Adds the state that the target reports, or error if the last attempt failed.</summary>
    public static void AddState(MetricsPage page, MetricFamily family, Labels target, ServingState reported, TargetFailure? failure) =>
        page.AddStates(family, target, "state", Words.All<ServingState>(), Words.Of(failure is null ? reported : ServingState.Error));
}
