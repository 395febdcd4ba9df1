using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>One kind of target: how it is polled and which metrics it has.</summary>
/// <param name="kind">Its list in fleet.yml. The name is the value of the label <c>collector</c>, and of the label with the target's name.</param>
internal abstract class TargetCollector(TargetKind kind, params IReadOnlyList<MetricFamily> families)
{
    public TargetKind Kind => kind;

    public string Name => kind.Name;

    /// <summary>Every family it can publish; rules and dashboards are checked against them.</summary>
    public IReadOnlyList<MetricFamily> Families => families;

    /// <summary>Creates the poller of one target, which keeps its state between polls. Does not connect.</summary>
    public abstract ITargetPoller Open(TargetConfig target, TargetContext tools);

    /// <summary>Publishes whether the target is up and the reason if not, even when it does not answer.</summary>
    /// <param name="target">The labels that identify it: <c>host</c>, then its name.</param>
    public abstract void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict);

    public Labels LabelsOf(TargetConfig target) => Labels.Of("host", target.Host).With(Name, target.Name);

    /// <summary>Opens simulated targets on the network.</summary>
    /// <returns>Their configuration; their host is set by the caller.</returns>
    public abstract IEnumerable<TargetConfig> Simulate(SimulatedNetwork network);
}

/// <summary>Polls one target, one poll at a time.</summary>
internal interface ITargetPoller : IAsyncDisposable
{
    /// <summary>Polls the target once. Its monitor cancels the poll after <see cref="TargetConfig.Timeout"/>.</summary>
    /// <returns>A reading with a <see cref="TargetReading.Failure"/> is a failed poll with partial data.</returns>
    /// <exception cref="TargetFailureException">The poll failed.</exception>
    Task<TargetReading> AskAsync(CancellationToken cancellationToken);
}

/// <summary>Dependencies of target pollers.</summary>
/// <param name="UnitOf">The last known state of a unit on a host; null while unknown.</param>
internal sealed record TargetContext(TimeProvider Clock, Func<string, UnitName, SystemdUnit?> UnitOf)
{
    /// <summary>Where pollers register what they offer besides readings. Default: one that nobody asks.</summary>
    public TargetLinks Links { get; init; } = new();

    /// <summary>The key for gateways that want a device; null for none.</summary>
    public DeviceKey? Device { get; init; }
}

/// <summary>The current result of polling a target.</summary>
/// <param name="Reading">Null if there is none or it is stale.</param>
/// <param name="Failure">Why the last attempt failed; null after a success, and before the first attempt has ended.</param>
/// <param name="Attempted">Whether an attempt has ended.</param>
/// <param name="ConsecutiveFailures">Failed attempts since the last success.</param>
internal sealed record TargetVerdict(TargetReading? Reading, TargetFailure? Failure, bool Attempted, int ConsecutiveFailures)
{
    public bool Up => Attempted && Failure is null;
}
