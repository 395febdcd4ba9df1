using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>One kind of thing read from a host: what to ask in sh, what the answer means.</summary>
public interface IHostCollector
{
    /// <summary>Section in the frame, value of the label <c>collector</c>. Lower-case letters and underscores.</summary>
    string Name { get; }

    StreamKind Stream { get; }

    /// <summary>Least time between two asks; zero asks with every tick.</summary>
    TimeSpan Every { get; }

    /// <summary>Every family it can publish, used or not: rules and dashboards are checked against it.</summary>
    IReadOnlyList<MetricFamily> Families { get; }

    /// <summary>POSIX sh, run inside the sampler as the body of a function: leaves its text in <c>b</c> and returns the exit status.</summary>
    string Script(HostConfig host);

    /// <summary>Why it is not asked on this host, in words for a person; null to ask.</summary>
    /// <param name="system">What the host has; null while unknown.</param>
    string? OffBecause(HostConfig host, SystemIdentity? system);

    /// <summary>Whether this failure means that the host simply does not offer it, which is no failure.</summary>
    bool OffAfter(CollectorFailure reason, HostConfig host);

    /// <summary>Pure. Throws <see cref="FormatException"/> with the offending line when the answer is not understood.</summary>
    Reading Parse(Section section);
}

/// <summary>What most collectors have in common.</summary>
public abstract class HostCollector(string name, params IReadOnlyList<MetricFamily> families) : IHostCollector
{
    public string Name => name;

    public IReadOnlyList<MetricFamily> Families => families;

    public virtual StreamKind Stream => StreamKind.Vitals;

    public virtual TimeSpan Every => TimeSpan.Zero;

    public abstract string Script(HostConfig host);

    public virtual string? OffBecause(HostConfig host, SystemIdentity? system) => null;

    public virtual bool OffAfter(CollectorFailure reason, HostConfig host) => false;

    public abstract Reading Parse(Section section);
}
