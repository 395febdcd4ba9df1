namespace FleetExporter.Metrics;

/// <summary>Adds samples from its state to the page of all hosts.</summary>
internal interface IPagePart
{
    void WriteTo(MetricsPage page);
}
