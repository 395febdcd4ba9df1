using FleetExporter.Config;

namespace FleetExporter.Cli.Init;

/// <summary>A host that fleet.yml gets.</summary>
/// <param name="Address">Null for this machine.</param>
/// <param name="HasGpu">Null to find out.</param>
/// <param name="Notes">What could not be taken over; comments in fleet.yml.</param>
internal sealed record InitHost(
    string Name, HostAddress? Address, string? User = null, string? KeyFile = null, bool? HasGpu = null, IReadOnlyList<string>? Notes = null);
