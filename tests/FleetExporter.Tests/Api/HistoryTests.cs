using FleetExporter.Api;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Tests.Api.Resources;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Api;

public sealed class HistoryTests
{
    private const string Empty = """{"status":"success","data":{"resultType":"matrix","result":[]}}""";

    [Fact]
    public async Task Without_Prometheus_the_problem_says_what_to_do()
    {
        await using var server = await ApiServer.StartAsync();

        var (status, problem) = await server.CallAsync("GET", "/api/dgx/metrics/a/history");

        Assert.Equal(503, status);
        Assert.Contains("prometheus.url", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(404, (await server.CallAsync("GET", "/api/dgx/metrics/nosuch/history")).Status);
    }

    [Theory]
    [InlineData("hours=0", "hours")]
    [InlineData("hours=-1", "hours")]
    [InlineData("hours=8761", "hours")]
    [InlineData("hours=x&step=y", "hours step")]
    [InlineData("step=500ms", "step")]
    [InlineData("step=2d", "step")]
    [InlineData("step=60", "step")]
    [InlineData("hours=6&step=1s", "step")]
    [InlineData("hours=NaN", "hours")]
    public async Task Hours_and_step_are_limited(string query, string fields)
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal((400, fields), await server.RefusedAsync("GET", $"/api/dgx/metrics/a/history?{query}"));
    }

    [Fact]
    public void Prometheus_maximum_number_of_points_is_allowed()
    {
        Assert.Empty(HistoryEndpoints.Read("3", "1s").Errors);
        Assert.Empty(HistoryEndpoints.Read(null, null).Errors);
        var errors = HistoryEndpoints.Read("24", "5s").Errors;
        Assert.Contains("at least 8s", errors["step"][0], StringComparison.Ordinal);
        Assert.Empty(HistoryEndpoints.Read("24", "8s").Errors);
    }

    [Theory]
    [InlineData(200, Empty, 200)]
    [InlineData(200, "<html>", 502)]
    [InlineData(200, "{}", 502)]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[]}}""", 502)]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}}""", 502)]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"too many points"}""", 502)]
    [InlineData(401, "", 502)]
    [InlineData(404, "", 502)]
    [InlineData(302, "", 502)]
    [InlineData(503, "Service Unavailable", 503)]
    public async Task The_answer_of_Prometheus_determines_the_status(int status, string body, int expected)
    {
        await using var prometheus = new ScriptedServer();
        prometheus.Answer("/base/api/v1/query_range", status, body, "Location: /login\r\n");
        await using var server = await ApiServer.StartAsync($"{ApiServer.TwoHosts}prometheus: {{ url: \"{prometheus.Url("/base")}\" }}\n");

        var (answered, _) = await server.CallAsync("GET", "/api/dgx/metrics/b%20b/history?hours=1&step=30s");

        Assert.Equal(expected, answered);
        var asked = Uri.UnescapeDataString(Assert.Single(prometheus.Paths));
        Assert.StartsWith("/base/api/v1/query_range?", asked, StringComparison.Ordinal);
        Assert.Contains("step=30", asked, StringComparison.Ordinal);
        Assert.Contains("host=\"b b\"", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Prometheus_that_is_down_is_503_with_Retry_After()
    {
        var gone = new ScriptedServer();
        var url = gone.Url();
        await gone.DisposeAsync();
        await using var server = await ApiServer.StartAsync($"{ApiServer.TwoHosts}prometheus: {{ url: \"{url}\" }}\n");

        using var answer = await server.GetAsync("/api/dgx/metrics/a/history");

        Assert.Equal((503, "5"), ((int)answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
    }

    [Fact]
    public void Points_are_converted_per_GPU_and_values_that_are_no_number_are_omitted()
    {
        var answer = PrometheusRange.Parse("""
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"__name__":"fleet_gpu_utilization_ratio","gpu":"10"},"values":[[1700000000.5,"0.5"]]},
              {"metric":{"__name__":"fleet_gpu_utilization_ratio","gpu":"2"},"values":[[1700000000,"0.921"],[1700000060,"NaN"],[1700000120,"+Inf"]]},
              {"metric":{"__name__":"fleet_gpu_memory_used_bytes","gpu":"2"},"values":[[1700000000,"1048576"]]}]}}
            """);

        var series = GpuRangeQuery.Of(answer);

        Assert.Equal(["2", "10"], series.Select(s => s.Gpu));
        Assert.Equal([[DateTimeOffset.FromUnixTimeSeconds(1700000000), 92.1]], series[0].GpuUtilization);
        Assert.Equal([[DateTimeOffset.FromUnixTimeSeconds(1700000000), 1.0]], series[0].MemoryUsedMb);
        Assert.Equal([[DateTimeOffset.FromUnixTimeMilliseconds(1700000000500), 50.0]], series[1].GpuUtilization);
        Assert.Empty(series[0].PowerWatts);
    }

    [Theory]
    [InlineData("a", "\"a\"")]
    [InlineData("a\"} or up{x=\"", "\"a\\\"} or up{x=\\\"\"")]
    [InlineData("a\\\nb", "\"a\\\\\\nb\"")]
    public void A_name_in_a_query_is_escaped(string name, string quoted)
    {
        Assert.Equal(quoted, PrometheusApi.Quote(name));
        Assert.Contains($"host={quoted}}})", GpuRangeQuery.Query(name), StringComparison.Ordinal);
    }
}
