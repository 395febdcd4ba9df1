using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets.Tunnels;

/// <summary>The state of a tunnel, from all parts of its check.</summary>
public enum TunnelState
{
    /// <summary>Accepts connections, and the check through the tunnel, if any, succeeds.</summary>
    Up,

    /// <summary>Accepts connections but carries no data: ssh listens, but its destination is unreachable.</summary>
    HalfDead,

    /// <summary>Nothing listens, though the unit is active.</summary>
    UnitActivePortDead,

    /// <summary>Nothing listens, and the unit is inactive or unknown.</summary>
    Down,
}

/// <summary>One check of a tunnel, passed or failed.</summary>
/// <param name="TcpUp">The tunnel accepted a connection.</param>
/// <param name="DataUp">The check through the tunnel succeeded; null if it was not made.</param>
/// <param name="Unit">The last known state of its systemd unit; null without one and while unknown.</param>
/// <param name="Duration">From connecting to success or failure.</param>
internal sealed record TunnelReading(bool TcpUp, bool? DataUp, SystemdUnit? Unit, TimeSpan Duration) : TargetReading
{
    public bool? UnitActive => Unit?.IsActive;

    public override string Condition => $"{UnitActive}";

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
        page.Add(TunnelFamilies.ProbeDuration, target, Duration.TotalSeconds);
    }

    private static double? Number(bool? value) => value is { } known ? known ? 1 : 0 : null;
}
