using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>Immutable data of one collector, complete when it is created, that can write its own samples.</summary>
internal abstract record Reading
{
    /// <summary>Adds its samples. An absent value adds none; a reading that only serves others, or the API, has none.</summary>
    /// <param name="target">The labels that identify the host or target, <c>host</c> first.</param>
    public virtual void WriteTo(MetricsPage page, Labels target)
    {
    }
}
