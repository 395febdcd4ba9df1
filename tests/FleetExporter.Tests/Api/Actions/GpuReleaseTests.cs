using System.Text.Json;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Actions;

/// <summary>Releasing GPUs through the API.</summary>
public sealed class GpuReleaseTests
{
    private const string Path = "/api/hosts/a/gpu/release";

    [Fact]
    public async Task The_host_says_until_when_and_the_metrics_do()
    {
        await using var server = await ApiServer.StartAsync();

        var (status, body) = await server.CallAsync("POST", Path, """{"minutes": 10}""");

        Assert.Equal((200, "a"), (status, body.GetProperty("host").GetString()));
        Assert.True(body.GetProperty("free").GetBoolean());
        var (_, host) = await server.CallAsync("GET", "/api/hosts/a");
        Assert.Equal(body.GetProperty("until").GetDateTimeOffset(), host.GetProperty("gpus_released_until").GetDateTimeOffset());
        Assert.StartsWith(
            "the GPUs are released until ", host.GetProperty("off").GetProperty("gpu").GetString(), StringComparison.Ordinal);
        Assert.True(host.GetProperty("has_gpu").GetBoolean());
        var page = await server.TextAsync("/metrics");
        Assert.Contains("\nfleet_host_gpu_release_end_timestamp_seconds{host=\"a\"} ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("fleet_host_gpus_lost{host=\"a\"}", page, StringComparison.Ordinal);

        Assert.Equal(204, (await server.CallAsync("DELETE", Path)).Status);
        Assert.Equal(409, (await server.CallAsync("DELETE", Path)).Status);
    }

    [Theory]
    [InlineData("POST", Path, """{"minutes": 0}""", 422, "Must be a whole number from 1 to 1440.")]
    [InlineData("POST", Path, "{}", 422, "Must be a whole number from 1 to 1440.")]
    [InlineData("POST", Path, """{"minutes": 5, "hours": 1}""", 422, "Unknown field")]
    [InlineData("POST", Path, """{"minutes": "five"}""", 400, "minutes")]
    [InlineData("POST", "/api/hosts/nowhere/gpu/release", """{"minutes": 5}""", 404, "nowhere")]
    [InlineData("DELETE", "/api/hosts/nowhere/gpu/release", null, 404, "nowhere")]
    public async Task A_bad_request_says_what_is_wrong(string method, string path, string? body, int status, string detail)
    {
        await using var server = await ApiServer.StartAsync();

        var (answered, problem) = await server.CallAsync(method, path, body);

        Assert.Equal(status, answered);
        Assert.Contains(detail, JsonSerializer.Serialize(problem), StringComparison.Ordinal);
    }
}
