namespace FleetExporter.Overview;

/// <summary>A part that is configured.</summary>
public interface IPart
{
    PartStatus Status { get; }
}
