using FleetExporter.Collectors;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>What the parts of a tunnel's check come to.</summary>
public enum TunnelState
{
    /// <summary>Connections are accepted, and the check, if there is one, is answered.</summary>
    Up,

    /// <summary>Connections are accepted, but nothing comes through: ssh listens, and what it leads to is gone.</summary>
    HalfDead,

    /// <summary>Nobody listens, though the unit that should is active.</summary>
    UnitActivePortDead,

    /// <summary>Nobody listens, and the unit is not active, or not known.</summary>
    Down,
}

/// <summary>One check of a tunnel, passed or not: a failed one still says how far it came.</summary>
/// <param name="TcpUp">A connection was accepted.</param>
/// <param name="DataUp">The check through the tunnel was answered; null where it was not made.</param>
/// <param name="Unit">The unit's state as its host last said; null without a unit and where the host does not tell.</param>
/// <param name="Took">From connecting to the proof or the failure.</param>
/// <param name="WhyNot">Null when the tunnel is up.</param>
internal sealed record TunnelReading(bool TcpUp, bool? DataUp, SystemdUnit? Unit, TimeSpan Took, TargetFailureDetails? WhyNot) : TargetReading
{
    public override TargetFailureDetails? Fault => WhyNot;

    public bool? UnitActive => Unit?.IsActive;

    public TunnelState State => (TcpUp, DataUp, UnitActive) switch
    {
        (true, not false, _) => TunnelState.Up,
        (true, false, _) => TunnelState.HalfDead,
        (false, _, true) => TunnelState.UnitActivePortDead,
        _ => TunnelState.Down,
    };

    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(TunnelFamilies.TcpUp, target, TcpUp ? 1 : 0);
        page.Add(TunnelFamilies.DataUp, target, Number(DataUp));
        page.Add(TunnelFamilies.UnitActive, target, Number(UnitActive));
        page.Add(TunnelFamilies.ProbeDuration, target, Took.TotalSeconds);
    }

    private static double? Number(bool? value) => value is { } known ? known ? 1 : 0 : null;
}
