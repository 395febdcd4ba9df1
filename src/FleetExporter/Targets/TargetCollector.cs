using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>One kind of target: how one is asked, and what is published of it.</summary>
/// <param name="name">Value of the label <c>collector</c>, and the label that carries the target's name.</param>
internal abstract class TargetCollector(string name, params IReadOnlyList<MetricFamily> families)
{
    public string Name => name;

    /// <summary>Every family it can publish, used or not: rules and dashboards are checked against it.</summary>
    public IReadOnlyList<MetricFamily> Families => families;

    /// <summary>The targets of this kind.</summary>
    public abstract IEnumerable<TargetConfig> TargetsOf(FleetConfig config);

    /// <summary>What is kept of one target between two polls. Nothing is connected yet.</summary>
    public abstract ITargetSession Open(TargetConfig target, TargetTools tools);

    /// <summary>What is published whether the target answers or not: up, and why not.</summary>
    /// <param name="target">The labels that identify it: <c>host</c>, then its name.</param>
    public abstract void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict);

    public Labels LabelsOf(TargetConfig target) => Labels.Of("host", target.Host).With(name, target.Name);
}

/// <summary>One target being watched. One poll at a time.</summary>
internal interface ITargetSession : IAsyncDisposable
{
    /// <summary>Asks once. The caller limits the time.</summary>
    /// <returns>A reading with a <see cref="TargetReading.Fault"/> is a failure that says what it knows.</returns>
    /// <exception cref="TargetFailureException">It failed, with the reason.</exception>
    Task<TargetReading> AskAsync(CancellationToken cancellationToken);
}

/// <summary>What sessions need of the service.</summary>
/// <param name="UnitOf">The state of a unit on a host as that host last said; null while unknown.</param>
internal sealed record TargetTools(TimeProvider Clock, Func<string, UnitName, SystemdUnit?> UnitOf);

/// <summary>What is known of a target now.</summary>
/// <param name="Reading">Null when there is none or it is stale.</param>
/// <param name="Failure">Why the last attempt failed; null after a success, and before the first attempt has ended.</param>
/// <param name="Attempted">Whether an attempt has ended.</param>
/// <param name="ConsecutiveFailures">Attempts that failed since the last success.</param>
internal sealed record TargetVerdict(TargetReading? Reading, TargetFailure? Failure, bool Attempted, int ConsecutiveFailures)
{
    public bool Up => Attempted && Failure is null;
}
