using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>The data of one attempt on a target.</summary>
internal abstract record TargetReading : Reading
{
    /// <summary>Set when the attempt failed and this reading is what it found out nevertheless; null after a success.</summary>
    public virtual TargetFailureDetails? Fault => null;

    /// <summary>
    /// What <c>fleet-exporter probe</c> prints beside success, line by line. No secrets; text of the target's own is made printable where shown.
    /// </summary>
    public virtual IEnumerable<(string Name, string Seen)> Findings() => [];

    /// <summary>One finding, or none where there is nothing to say.</summary>
    protected static IEnumerable<(string Name, string Seen)> Finding(string name, string? seen) => seen is null ? [] : [(name, seen)];
}
