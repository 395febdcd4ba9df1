namespace FleetExporter.Overview;

/// <summary>A configured part of the overview.</summary>
internal interface IPart
{
    PartStatus Status { get; }
}
