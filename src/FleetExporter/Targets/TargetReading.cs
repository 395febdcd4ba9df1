using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>The data of one poll of a target.</summary>
internal abstract record TargetReading : Reading
{
    /// <summary>Why the poll failed, if this reading is its partial data; null after a success.</summary>
    public TargetFailureDetails? Failure { get; init; }

    /// <summary>What it tells of the target's state, besides whether the poll succeeded: when it changes, a new state begins.</summary>
    public virtual string Condition => "";

    /// <summary>
    /// What <c>fleet-exporter probe</c> prints about the target. No secrets; the caller makes text of the target printable.
    /// </summary>
    public virtual IEnumerable<(string Name, string Value)> Findings() => [];

    /// <summary>One finding, or none if the value is null.</summary>
    protected static IEnumerable<(string Name, string Value)> Finding(string name, string? value) => value is null ? [] : [(name, value)];
}
