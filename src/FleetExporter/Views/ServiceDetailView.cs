using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Services;

namespace FleetExporter.Views;

/// <summary>What a service reports.</summary>
internal sealed record ServiceDetailView : TargetDetailView
{
    public ServiceDetailView(TargetSnapshot? snapshot, Instant now)
        : base(snapshot, now)
    {
        var reading = snapshot?.Get<ServiceReading>(now);
        Health = snapshot?.Failure is not null ? "error" : reading is null ? null : Words.Of(reading.Health.State);
        Model = Line(reading?.Health.Model);
        ServiceName = Line(reading?.Health.Service);
        Phases = PhasesOf(reading?.Times);
    }

    /// <summary>ok, loading or error.</summary>
    public string? Health { get; }

    public string? Model { get; }

    public string? ServiceName { get; }

    public IReadOnlyList<PhaseView>? Phases { get; }
}
