using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>The state sets that kinds of targets have in common.</summary>
internal static class TargetWords
{
    public static readonly IReadOnlyList<string> Reasons = Words.All<TargetFailure>();

    /// <summary>Adds a reason's 1; all are 0 after a success.</summary>
    public static void AddReason(MetricsPage page, MetricFamily family, Labels target, TargetFailure? failure) =>
        page.AddStates(family, target, "reason", Reasons, failure is { } f ? Words.Of(f) : null);

    /// <summary>Adds the state: what it says of itself, error when the last attempt failed.</summary>
    public static void AddState(MetricsPage page, MetricFamily family, Labels target, ServingState said, TargetFailure? failure) =>
        page.AddStates(family, target, "state", Words.All<ServingState>(), Words.Of(failure is null ? said : ServingState.Error));
}
