using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>An immutable result of one collector that knows how to publish itself.</summary>
public abstract record Reading
{
    /// <summary>Set when the tool answered with a failure and this reading is what is known all the same; null for a good reading.</summary>
    public virtual CollectorFailure? Failure => null;

    /// <summary>Set when a target's attempt failed and this reading is what is known all the same; null for a good reading.</summary>
    public virtual TargetFault? Fault => null;

    /// <summary>Adds its samples. An absent value adds none.</summary>
    /// <param name="target">The labels that identify the target, <c>host</c> first.</param>
    public abstract void WriteTo(MetricsPage page, Labels target);

    /// <summary>
    /// What a person who tries a target wants to see of it beside success, line by line.
    /// No secrets; text of the target's own is made printable where shown.
    /// </summary>
    public virtual IEnumerable<(string Name, string Seen)> Findings() => [];

    /// <summary>One finding, or none where there is nothing to say.</summary>
    protected static IEnumerable<(string Name, string Seen)> Finding(string name, string? seen) => seen is null ? [] : [(name, seen)];
}
