using System.Text.Json;
using FleetExporter.Tests.Api.Access;

namespace FleetExporter.Tests.Api.Streaming;

public sealed class GpuStreamTests
{
    private const string Whole = """
        {"name":"RTX 4090","vendor":"nvidia","memoryTotal":24564,"memoryUsed":1024,"memoryFree":23000,
        """
        + """
        "temperatureGpu":61,"utilizationGpu":42,"utilizationMemory":7,
        "fanSpeed":33,"powerDraw":210.25,"powerLimit":450,"clockCore":2520,"clockMemory":10501,"driverVersion":"590.48.01"}
        """;

    [Fact]
    public async Task Every_pushed_field_is_streamed_with_host_and_gpu()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync($"[{Whole},{{}}]");
        using var stream = await server.StreamAsync();

        var (id, first) = await stream.EventAsync();
        var (_, second) = await stream.EventAsync();

        Assert.Equal("text/event-stream", stream.Answer.Content.Headers.ContentType?.MediaType);
        Assert.Matches("^[0-9a-f]{8}-[0-9]+$", id);
        var expected = JsonDocument.Parse(Whole).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString());
        expected["host"] = "beast";
        expected["gpu"] = "0";
        Assert.Equal(expected.OrderBy(p => p.Key), first.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()).OrderBy(p => p.Key));
        Assert.Equal("""{"host":"beast","gpu":1}""", second.GetRawText());
        Assert.DoesNotContain(stream.Others, line => line.StartsWith("event:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1024.5", "1025")]
    [InlineData("1023.6", "1024")]
    [InlineData("0.4", "0")]
    public async Task Memory_is_streamed_in_whole_mebibytes(string pushed, string shown)
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync($$"""{"memoryTotal":{{pushed}},"memoryUsed":{{pushed}},"memoryFree":{{pushed}} }""");
        using var stream = await server.StreamAsync();

        var (_, gpu) = await stream.EventAsync();

        Assert.Equal($$"""{"memoryTotal":{{shown}},"memoryUsed":{{shown}},"memoryFree":{{shown}},"host":"beast","gpu":0}""", gpu.GetRawText());
    }

    [Fact]
    public async Task Free_memory_is_omitted_where_it_was_not_pushed()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync("""{"memoryTotal":24576,"memoryUsed":22433}""");
        using var stream = await server.StreamAsync();

        Assert.Equal("""{"memoryTotal":24576,"memoryUsed":22433,"host":"beast","gpu":0}""", (await stream.EventAsync()).Data.GetRawText());
    }

    [Fact]
    public async Task A_polled_gpu_has_the_values_of_nvidia_smi()
    {
        await using var server = await DeviceServer.StartAsync();
        using var stream = await server.StreamAsync("/gpu/stream?host=a");

        var (_, gpu) = await stream.EventAsync();

        Assert.Equal(
            [
                "name", "vendor", "memoryTotal", "memoryUsed", "memoryFree", "temperatureGpu", "utilizationGpu",
                "powerDraw", "powerLimit", "clockCore", "clockMemory", "driverVersion", "host", "gpu"
            ],
            gpu.EnumerateObject().Select(p => p.Name).Where(n => n != "utilizationMemory"));
        Assert.Equal("NVIDIA H100 80GB HBM3", gpu.GetProperty("name").GetString());
        Assert.Equal("nvidia", gpu.GetProperty("vendor").GetString());
        Assert.Equal(81559, gpu.GetProperty("memoryTotal").GetDouble());
        Assert.Equal("a", gpu.GetProperty("host").GetString());
    }

    [Fact]
    public async Task Each_push_is_an_update_even_with_unchanged_values()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();
        using var stream = await server.StreamAsync();
        await stream.EventAsync();

        server.Clock.Advance(TimeSpan.FromMilliseconds(10));
        await server.PushedAsync();
        var (_, again) = await stream.EventAsync();
        await server.PushedAsync("""{"utilizationGpu":99}""");
        var (_, changed) = await stream.EventAsync();

        Assert.Equal(7, again.GetProperty("utilizationGpu").GetDouble());
        Assert.Equal("""{"utilizationGpu":99,"host":"beast","gpu":0}""", changed.GetRawText());
    }

    [Fact]
    public async Task A_reconnecting_reader_gets_the_changes_since_or_everything()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync($"[{Whole},{Whole}]");
        using var first = await server.StreamAsync();
        await first.EventAsync();
        var (id, _) = await first.EventAsync();
        await server.PushedAsync("""[{"utilizationGpu":1},{"utilizationGpu":2}]""");
        var (middle, _) = await first.EventAsync();
        await first.EventAsync();

        using var back = await server.StreamAsync("/gpu/stream?host=beast", ("Last-Event-ID", middle));
        Assert.Equal(1, (await back.EventAsync()).Data.GetProperty("gpu").GetInt32());
        foreach (var unknown in new[] { "ffffffff-3", "x", id + "0000", "", id.Split('-')[0] + "-0" })
        {
            using var anew = await server.StreamAsync("/gpu/stream?host=beast", ("Last-Event-ID", unknown));
            Assert.Equal(0, (await anew.EventAsync()).Data.GetProperty("gpu").GetInt32());
            Assert.Equal(1, (await anew.EventAsync()).Data.GetProperty("gpu").GetInt32());
        }
    }

    [Fact]
    public async Task A_comment_is_sent_immediately_and_after_every_15_s_of_silence()
    {
        await using var server = await DeviceServer.StartAsync();
        using var stream = await server.StreamAsync("/gpu/stream?host=other");
        await stream.CommentAsync();

        var comment = stream.CommentAsync();
        for (var second = 0; second < 14; second++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.False(comment.IsCompleted);
        await server.WhileTimePassesAsync(comment.ContinueWith(_ => true, TaskScheduler.Default));
        await comment;
    }

    [Fact]
    public async Task An_unknown_host_is_404_and_removing_a_host_ends_its_stream()
    {
        await using var server = await DeviceServer.StartAsync();
        Assert.Equal(404, await server.Keyed.StatusAsync("/gpu/stream?host=nosuch"));
        Assert.Equal(404, await server.Keyed.StatusAsync("/gpu/stream?host="));
        using var stream = await server.StreamAsync();

        await server.ReloadAsync(KeyedServer.Keys);

        Assert.Null(await server.WhileTimePassesAsync(stream.NextAsync()));
    }

    [Fact]
    public async Task A_stale_device_is_not_sent_to_new_readers()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(16));
        await Task.Delay(200, TestContext.Current.CancellationToken);

        using var stream = await server.StreamAsync();
        await stream.CommentAsync();
    }

    [Fact]
    public async Task Readers_are_counted_until_they_disconnect()
    {
        await using var server = await DeviceServer.StartAsync();
        using (await server.StreamAsync())
        {
            Assert.Equal(
                [
                    """fleet_stream_clients{stream="gpu"} 1""", """fleet_stream_clients{stream="ws"} 0""",
                    """fleet_stream_clients{stream="agents"} 0""", """fleet_stream_clients{stream="logs"} 0""",
                ],
                await server.SeriesAsync("fleet_stream_clients{"));
        }

        while ((await server.SeriesAsync("fleet_stream_clients{stream=\"gpu\"} 0")).Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
