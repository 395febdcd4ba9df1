namespace FleetExporter.Overview;

/// <summary>A part that is configured.</summary>
internal interface IPart
{
    PartStatus Status { get; }
}
