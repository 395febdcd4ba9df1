using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Views;

/// <summary>The parts of a tunnel's check.</summary>
internal sealed record TunnelDetailView : TargetDetailView
{
    public TunnelDetailView(TunnelConfig tunnel, TargetSnapshot? snapshot, FleetState state, Instant now)
        : base(snapshot, now)
    {
        var reading = snapshot?.Get<TunnelReading>(now);
        var failure = snapshot?.Message ?? "it failed";
        State = reading is null ? null : Words.Of(reading.State);
        Parts =
        [
            new(
                "listen port", reading?.TcpUp,
                reading is null ? "not checked yet" : reading.TcpUp ? $"{tunnel.Connect} accepts connections" : failure),
            new("carries data", reading?.DataUp, reading?.DataUp switch
            {
                true => tunnel.Verify is TunnelCheck.Http http ? $"{http.Url} answers through it" : "its far end sends data",
                false => failure,
                null => tunnel.Verify is TunnelCheck.Tcp ? "not checked: verify is tcp" : "not checked",
            }),
            tunnel.Unit is { } unit ? PartView.OfUnit(tunnel.Host, unit, state, now) : new("unit", null, "no unit is configured"),
        ];
    }

    public IReadOnlyList<PartView> Parts { get; }

    /// <summary>A word of <see cref="TunnelState"/>.</summary>
    public string? State { get; }
}
