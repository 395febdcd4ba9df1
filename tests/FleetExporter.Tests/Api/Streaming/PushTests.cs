using System.Text;
using FleetExporter.Tests.Api.Access;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Api.Streaming;

public sealed class PushTests
{
    [Fact]
    public async Task A_pushed_gpu_is_in_metrics_and_hosts_immediately()
    {
        await using var server = await DeviceServer.StartAsync();

        await server.PushedAsync("""
            [{"name":"RTX 4090","memoryTotal":24564,"memoryUsed":1024,"temperatureGpu":61,"utilizationGpu":42,"fanSpeed":33,
            """
            + """
            "powerDraw":210.5,"powerLimit":450,
            "clockCore":2520,"clockMemory":10501,"driverVersion":"590.48.01","host":"a","gpu":7,"extra":{"x":[1]}}]
            """);

        var series = await server.SeriesAsync("host=\"beast\"");
        const string Of = "host=\"beast\",gpu=\"0\",uuid=\"\"";
        Assert.Equal(
            new[]
            {
                $"fleet_gpu_clock_hertz{{{Of},clock=\"mem\"}} 10501000000",
                $"fleet_gpu_clock_hertz{{{Of},clock=\"graphics\"}} 2520000000",
                $"fleet_gpu_fan_ratio{{{Of}}} 0.33",
                $"fleet_gpu_info{{{Of},name=\"RTX 4090\",driver_version=\"590.48.01\",cuda_version=\"\",compute_cap=\"\",pci_bus_id=\"\"}} 1",
                $"fleet_gpu_memory_total_bytes{{{Of}}} {24564L * 1024 * 1024}",
                $"fleet_gpu_memory_unified{{{Of}}} 0",
                $"fleet_gpu_memory_used_bytes{{{Of}}} {1024L * 1024 * 1024}",
                $"fleet_gpu_power_draw_watts{{{Of}}} 210.5",
                $"fleet_gpu_power_limit_watts{{{Of}}} 450",
                $"fleet_gpu_temperature_celsius{{{Of}}} 61",
                $"fleet_gpu_utilization_ratio{{{Of}}} 0.42",
            }.Order(StringComparer.Ordinal),
            series.Where(s => s.StartsWith("fleet_gpu_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("fleet_host_status{host=\"beast\",status=\"online\"} 1", series);
        Assert.Contains("fleet_device_up{host=\"beast\"} 1", series);
        Assert.Contains("fleet_device_stale_after_seconds{host=\"beast\"} 15", series);
        Assert.Contains(series, s => s.StartsWith("fleet_host_info{host=\"beast\"", StringComparison.Ordinal));
        Assert.DoesNotContain(series, s =>
            s.StartsWith("fleet_collector_", StringComparison.Ordinal) || s.StartsWith("fleet_ssh_", StringComparison.Ordinal));
        var host = await server.Keyed.JsonAsync("/api/hosts/beast");
        Assert.Equal(
            ("online", true, true),
            (host.GetProperty("status").GetString(), host.GetProperty("pushes").GetBoolean(), host.GetProperty("has_gpu").GetBoolean()));
        Assert.Equal(42, host.GetProperty("gpus")[0].GetProperty("utilization_percent").GetDouble());
    }

    [Fact]
    public async Task A_silent_device_is_dropped_after_stale_after_and_returns_with_its_next_push()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();

        server.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.NotEmpty(await server.SeriesAsync("fleet_gpu_info{host=\"beast\""));
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(await server.SeriesAsync("fleet_gpu_info{host=\"beast\""));
        Assert.Equal(["fleet_device_up{host=\"beast\"} 0"], await server.SeriesAsync("fleet_device_up{host=\"beast\""));
        var host = await server.Keyed.JsonAsync("/api/hosts/beast");
        Assert.Equal(
            ("offline", "no valid push for 16 s; stale_after is 15s"),
            (host.GetProperty("status").GetString(), host.GetProperty("reason").GetString()));
        await server.PushedAsync();
        Assert.NotEmpty(await server.SeriesAsync("fleet_gpu_info{host=\"beast\""));
    }

    [Fact]
    public async Task A_device_that_never_pushed_says_so()
    {
        await using var server = await DeviceServer.StartAsync();

        Assert.Equal("no push received yet", (await server.Keyed.JsonAsync("/api/hosts/other")).GetProperty("reason").GetString());
        Assert.Equal(["fleet_device_up{host=\"other\"} 0"], await server.SeriesAsync("fleet_device_up{host=\"other\""));
        Assert.Empty(await server.SeriesAsync("fleet_device_last_push_timestamp_seconds"));
    }

    [Theory]
    [InlineData("""[{},{"temperatureGpu":"61"}]""", "[1].temperatureGpu")]
    [InlineData("""{"temperatureGpu":1e999}""", "temperatureGpu")]
    [InlineData("""{"temperatureGpu":201}""", "temperatureGpu")]
    [InlineData("""{"utilizationGpu":-0.1}""", "utilizationGpu")]
    [InlineData("""{"memoryTotal":[]}""", "memoryTotal")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    [InlineData("""[[]]""", "[0]")]
    [InlineData("5", "")]
    public async Task An_invalid_value_is_named_and_the_push_is_rejected(string json, string field)
    {
        await using var server = await DeviceServer.StartAsync();

        var (status, problem) = await server.PushAsync(json);

        Assert.Equal(422, status);
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(p => p.Name));
        Assert.Empty(await server.SeriesAsync("fleet_gpu_info{host=\"beast\""));
        Assert.Equal(
            ["fleet_ingest_samples_total{source=\"beast\",outcome=\"refused\"} 1"], await server.SeriesAsync("source=\"beast\",outcome=\"refused\""));
    }

    [Fact]
    public async Task Too_large_bodies_and_too_many_GPUs_are_rejected()
    {
        await using var server = await DeviceServer.StartAsync();

        Assert.Equal(413, (await server.PushAsync($"{{\"x\":\"{new string('x', 64 * 1024)}\"}}")).Status);
        Assert.Equal(422, (await server.PushAsync($"[{string.Join(',', Enumerable.Repeat("{}", 65))}]")).Status);
        Assert.Equal(200, (await server.PushAsync($"[{string.Join(',', Enumerable.Repeat("{}", 64))}]")).Status);
        Assert.Equal(400, (await server.PushAsync("{")).Status);
    }

    [Theory]
    [InlineData("push")]
    [InlineData("admin")]
    public async Task A_push_needs_the_key_of_a_device(string who)
    {
        await using var server = await DeviceServer.StartAsync();

        var (status, problem) = await server.PushAsync("""{"host":"beast"}""", who == "admin" ? server.Keyed.AdminKey : KeyedServer.KeyOf("push"));

        Assert.Equal(403, status);
        Assert.Contains("device's own key", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(403, await server.Keyed.StatusAsync("/api/hosts", ("X-API-Key", DeviceServer.Key)));
        using var hook = await server.Keyed.PostAsync("/hooks/default", "{}", ("X-API-Key", DeviceServer.Key));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, hook.StatusCode);
    }

    [Fact]
    public async Task A_removed_device_is_dropped_and_its_key_is_invalid()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();

        await server.ReloadAsync(KeyedServer.Keys);

        Assert.Empty(await server.SeriesAsync("host=\"beast\""));
        Assert.Empty(await server.SeriesAsync("source=\"beast\""));
        Assert.Equal(401, (await server.PushAsync("{}")).Status);
    }

    [Fact]
    public async Task A_new_stale_after_keeps_the_last_push()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();

        await server.ReloadAsync(KeyedServer.Keys
            + DeviceServer.Devices.Replace("\" }\n- { name: other", "\", stale_after: 1h }\n- { name: other", StringComparison.Ordinal));
        server.Clock.Advance(TimeSpan.FromMinutes(59));

        Assert.NotEmpty(await server.SeriesAsync("fleet_gpu_info{host=\"beast\""));
    }

    [Fact]
    public async Task Any_push_is_accepted_completely_or_rejected()
    {
        await using var server = await DeviceServer.StartAsync();
        string[] names = ["name", "temperatureGpu", "memoryTotal", "utilizationGpu", "clockCore", "x", "\\ud800", "gpu"];
        var leaf = Gen.Elements(
            "null", "1", "-1", "1e999", "\"\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\\u202e\"", "true", "{}", "[]", "NaN", "01", "50");
        var item = Gen.Elements(names).Zip(leaf).Select(p => $"\"{p.Item1}\":{p.Item2}").ArrayOf().Select(fields =>
            $"{{{string.Join(',', fields)}}}");
        var body = Gen.Frequency(
            (6, item), (6, item.ArrayOf().Select(all => $"[{string.Join(',', all)}]")),
            (1, leaf), (2, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")));
        foreach (var json in body.Sample(300))
        {
            var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(json));
            server.Clock.Advance(TimeSpan.FromSeconds(20));
            var (status, answer) = await server.PushAsync(text);

            Assert.True(status is 200 or 400 or 415 or 422, $"{status} for {json}: {answer}");
            Assert.Equal(status == 200, (await server.SeriesAsync("fleet_device_up{host=\"beast\"} 1")).Count == 1);
            using var page = await server.Keyed.GetAsync("/api/hosts/beast");
            Assert.Equal(200, (int)page.StatusCode);
        }
    }
}
