using System.Net;
using System.Text.Json;

namespace FleetExporter.Tests.Api;

public sealed class HostDetailTests
{
    [Fact]
    public async Task A_host_in_full_has_what_its_collectors_report()
    {
        await using var server = await ApiServer.StartAsync();

        var host = await server.JsonAsync("/api/hosts/b%20b/detail");

        Assert.Equal("b b", host.GetProperty("hostname").GetString());
        Assert.Equal(24106, host.GetProperty("memory").GetProperty("total_mb").GetDouble());
        Assert.NotEmpty(host.GetProperty("filesystems").EnumerateArray());
        Assert.All(host.GetProperty("filesystems").EnumerateArray(), f => Assert.InRange(f.GetProperty("used_percent").GetDouble(), 0, 100));
        var used = host.GetProperty("filesystems").EnumerateArray().Select(f => f.GetProperty("used_percent").GetDouble()).ToList();
        Assert.Equal(used.OrderDescending(), used);
        var gpu = host.GetProperty("gpus")[0];
        Assert.Equal("GPU-", gpu.GetProperty("uuid").GetString()![..4]);
        Assert.True(gpu.GetProperty("clocks").GetProperty("sm").GetInt64() > 0);
        Assert.True(host.GetProperty("connection").GetProperty("connected").GetBoolean());
        Assert.Equal(JsonValueKind.Null, host.GetProperty("connection").GetProperty("next_attempt").ValueKind);
        Assert.Contains(host.GetProperty("collectors").EnumerateArray(), c => c.GetProperty("name").GetString() == "gpu");
    }

    [Fact]
    public async Task A_failing_collector_has_reason_and_fix()
    {
        await using var server = await ApiServer.StartAsync(prepare: shell =>
            shell.Answer("gpu", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9));

        var host = await server.JsonAsync("/api/hosts/a/detail");

        var gpu = host.GetProperty("collectors").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "gpu");
        Assert.Equal("driver", gpu.GetProperty("reason").GetString());
        Assert.NotEqual("", gpu.GetProperty("fix").GetString());
        Assert.Empty(host.GetProperty("gpus").EnumerateArray());
        Assert.Contains(host.GetProperty("recent_failures").EnumerateArray(), f => f.GetProperty("source").GetString() == "gpu");
    }

    [Fact]
    public async Task An_unknown_host_is_not_found()
    {
        await using var server = await ApiServer.StartAsync();

        using var answer = await server.Client.GetAsync("/api/hosts/nobody/detail", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
