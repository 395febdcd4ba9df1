namespace FleetExporter.Metrics;

/// <summary>A part of the service that has samples of its own on the page of everything.</summary>
public interface IPagePart
{
    void WriteTo(MetricsPage page);
}
