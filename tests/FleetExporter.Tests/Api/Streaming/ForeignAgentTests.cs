using System.Text.Json;

namespace FleetExporter.Tests.Api.Streaming;

/// <summary>
/// Third-party agents that push the output of Node's systeminformation: their payloads are accepted and streamed to a plain EventSource.
/// </summary>
public sealed class ForeignAgentTests
{
    private const string Smallest = """{"name":"NVIDIA RTX 3080","vendor":"NVIDIA","temperatureGpu":65,"utilizationGpu":80}""";

    /// <summary>A full controller object of systeminformation.</summary>
    private const string Whole = """
        {"vendor":"NVIDIA","subVendor":"ASUSTeK","vendorId":"0x10de","model":"GA102 [GeForce RTX 3080]","deviceId":"0x2206","bus":"PCI",
        "busAddress":"01:00.0","vram":10240,"vramDynamic":false,"subDeviceId":"0x87B21043","driverVersion":"590.48.01",
        "name":"NVIDIA GeForce RTX 3080","pciBus":"00000000:01:00.0","fanSpeed":45,"memoryTotal":10240,"memoryUsed":6021,"memoryFree":3968,
        "utilizationGpu":80,"utilizationMemory":34,"temperatureGpu":65,"temperatureMemory":null,
        "powerDraw":298.41,"powerLimit":320,"clockCore":1905,"clockMemory":9501}
        """;

    [Fact]
    public async Task The_smallest_payload_is_streamed_unchanged()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync(Smallest);
        using var stream = await server.StreamAsync();

        var (_, data) = await stream.EventAsync();

        Assert.Equal(Smallest[..^1] + ""","host":"beast","gpu":0}""", data.GetRawText());
        // An event without a name is delivered to onmessage.
        Assert.DoesNotContain(stream.Others, line => line.StartsWith("event:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_value_of_a_full_payload_is_streamed_and_nothing_else(bool list)
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync(list ? $"[{Whole}]" : Whole);
        using var stream = await server.StreamAsync();

        var (_, data) = await stream.EventAsync();

        var pushed = JsonDocument.Parse(Whole).RootElement;
        Assert.Equal(
            [
                "name", "vendor", "memoryTotal", "memoryUsed", "memoryFree", "temperatureGpu", "utilizationGpu", "utilizationMemory", "fanSpeed",
                "powerDraw", "powerLimit", "clockCore", "clockMemory", "driverVersion", "host", "gpu",
            ],
            data.EnumerateObject().Select(p => p.Name));
        Assert.All(
            data.EnumerateObject().Where(p => p.Name is not ("host" or "gpu")),
            p => Assert.Equal(pushed.GetProperty(p.Name).GetRawText(), p.Value.GetRawText()));
    }

    [Fact]
    public async Task Each_push_is_sent_to_readers_of_all_hosts()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync(Smallest);
        using var stream = await server.StreamAsync("/gpu/stream");
        while ((await stream.EventAsync()).Data.GetProperty("host").GetString() != "beast")
        {
            // Polled hosts are sent first.
        }

        await server.PushedAsync(Smallest.Replace("65", "71", StringComparison.Ordinal));

        var (_, data) = await stream.EventAsync();
        Assert.Equal(("beast", 71), (data.GetProperty("host").GetString(), data.GetProperty("temperatureGpu").GetInt32()));
    }
}
