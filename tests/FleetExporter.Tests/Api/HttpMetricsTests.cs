using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Config;
using Microsoft.AspNetCore.Builder;

namespace FleetExporter.Tests.Api;

public sealed class HttpMetricsTests
{
    [Fact]
    public async Task A_request_is_counted_and_timed_by_its_route_template()
    {
        await using var server = await ApiServer.StartAsync();
        foreach (var host in new[] { "a", "b%20b", "nosuch" })
        {
            using var answer = await server.GetAsync($"/api/hosts/{host}");
        }

        Assert.Equal(
            [
                """http_requests_received_total{code="200",method="GET",endpoint="/api/hosts/{host}"} 2""",
                """http_requests_received_total{code="404",method="GET",endpoint="/api/hosts/{host}"} 1""",
            ],
            (await SeriesAsync(server, "http_requests_received_total")).Where(s => s.Contains("/api/hosts/{host}", StringComparison.Ordinal)));
        Assert.Equal(
            ["""http_request_duration_seconds_count{method="GET",endpoint="/api/hosts/{host}"} 3"""],
            (await SeriesAsync(server, "http_request_duration_seconds_count")).Where(s => s.Contains("/api/hosts/{host}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Paths_and_methods_that_clients_make_up_share_one_series()
    {
        await using var server = await ApiServer.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            using var path = await server.GetAsync($"/no/such/path/{i}");
            using var method = await server.SendAsync(new HttpMethod("MADEUP" + i.ToString(CultureInfo.InvariantCulture)), "/-/healthy");
        }

        Assert.Equal(
            [
                """http_requests_received_total{code="404",method="GET",endpoint="other"} 3""",
                """http_requests_received_total{code="405",method="other",endpoint="other"} 3""",
            ],
            await SeriesAsync(server, "http_requests_received_total"));
    }

    [Fact]
    public async Task A_failed_request_is_counted_with_its_route_and_status()
    {
        await using var server = await ApiServer.StartAsync(map: routes =>
            routes.MapGet("/test/fails/{id}", string (string id) => throw new InvalidOperationException(id)).Needs(Scope.Read));
        using var answer = await server.GetAsync("/test/fails/1");

        Assert.Equal(
            ["""http_requests_received_total{code="500",method="GET",endpoint="/test/fails/{id}"} 1"""],
            await SeriesAsync(server, "http_requests_received_total"));
    }

    [Fact]
    public async Task An_open_stream_is_counted_and_its_duration_is_not_observed()
    {
        await using var server = await ApiServer.StartAsync();
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/gpu/stream"))
        using (await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            // The other request in progress is the scrape.
            Assert.Equal(["http_requests_in_progress 2"], await SeriesAsync(server, "http_requests_in_progress"));
        }

        while ((await SeriesAsync(server, "fleet_stream_duration_seconds_count{stream=\"gpu\"} 1")).Count == 0
            || (await SeriesAsync(server, "http_requests_received_total{code=\"200\",method=\"GET\",endpoint=\"/gpu/stream\"} 1")).Count == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(
            await SeriesAsync(server, "http_request_duration_seconds_count"), s => s.Contains("/gpu/stream", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> SeriesAsync(ApiServer server, string begin) =>
        [.. (await server.TextAsync("/metrics")).Split('\n').Where(l => l.StartsWith(begin, StringComparison.Ordinal))];
}
