using FleetExporter.Metrics;
using Microsoft.Net.Http.Headers;

namespace FleetExporter.Tests.Metrics;

public sealed class ExpositionFormatTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", false)]
    [InlineData("application/json", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;q=0.3, text/plain;q=0.5", false)]
    [InlineData("text/plain;q=0.5, application/openmetrics-text;q=0.6", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", true)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;"
        + "version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [InlineData("text/*;q=0.9,application/openmetrics-text;q=0.8", false)]
    public void The_accept_header_chooses(string accept, bool openMetrics)
    {
        var accepted = MediaTypeHeaderValue.TryParseList([accept], out var list) ? list : [];

        var format = ExpositionFormat.Negotiate(accepted.Select(a => (a.MediaType.Value!, a.Quality ?? 1)));

        Assert.Same(openMetrics ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text, format);
    }
}
