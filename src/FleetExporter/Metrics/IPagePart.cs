namespace FleetExporter.Metrics;

/// <summary>Writes samples from state it holds, which come and go with that state, to the page of all hosts.</summary>
internal interface IPagePart
{
    void WriteTo(MetricsPage page);
}
