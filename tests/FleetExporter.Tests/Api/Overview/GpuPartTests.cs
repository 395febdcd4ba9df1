using System.Text.Json;
using FleetExporter.Api.Overview;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Tests.Config;

namespace FleetExporter.Tests.Api.Overview;

public sealed class GpuPartTests
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public async Task The_first_remote_gpu_is_shown_and_gpus_holds_all()
    {
        await using var server = await ApiServer.StartAsync("listen: 127.0.0.1:0\nhosts: [{ name: z }, { name: y, address: y.lan, gpu: false }, { name: x, address: x.lan }, { name: a, address: a.lan }]\n");

        var body = await server.JsonAsync("/api/gpu");

        Assert.Equal(("x", "ok", 0), (body.GetProperty("host").GetString(), body.GetProperty("status").GetString(), body.GetProperty("index").GetInt32()));
        Assert.Equal("NVIDIA H100 80GB HBM3", body.GetProperty("gpu_name").GetString());
        Assert.Equal(81559, body.GetProperty("memory_total_mb").GetDouble());
        Assert.Equal(["z", "x", "a"], body.GetProperty("gpus").EnumerateArray().Select(g => g.GetProperty("host").GetString()!));
        Assert.Equal("a", (await server.JsonAsync("/api/gpu?host=a&index=0")).GetProperty("host").GetString());
        Assert.Equal("z", (await server.JsonAsync("/api/gpu?host=z")).GetProperty("host").GetString());
        Assert.False((await server.JsonAsync("/api/gpu?host=y")).GetProperty("configured").GetBoolean());
        var local = await server.JsonAsync("/api/local-gpu");
        Assert.Equal(81559, local.GetProperty("memory_used_mb").GetDouble() + local.GetProperty("memory_free_mb").GetDouble());
    }

    [Fact]
    public async Task A_host_whose_gpus_fail_is_an_error_and_one_without_the_tool_is_passed_over()
    {
        await using var server = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts: [{ name: a, address: a.lan }]\n",
            shell => shell.Answer("gpu", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9));

        Assert.Equal(("error", "a"), (Text(await server.JsonAsync("/api/gpu"), "status"), Text(await server.JsonAsync("/api/gpu"), "host")));
        Assert.Equal("error", Text(await server.JsonAsync("/api/overview"), "overall"));
        Assert.False((await server.JsonAsync("/api/local-gpu")).GetProperty("configured").GetBoolean());
    }

    [Fact]
    public void A_host_that_was_never_reached_counts_while_no_other_has_gpus_but_is_no_gpu()
    {
        var config = Yml.Load("hosts: [{ name: a, address: a.lan, gpu: false }, { name: b, address: b.lan }, { name: c, address: c.lan, gpu: true }]");
        var since = new Instant(DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        var state = new FleetState();
        foreach (var host in config.Hosts)
        {
            state.Set(HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromSeconds(10), 3), since));
        }

        PartStatus Status(FleetConfig fleet, int seconds) => ((IPart)new OverviewParts(fleet, state, since + TimeSpan.FromSeconds(seconds)).Gpu()).Status;
        var undecided = config with { Hosts = [.. config.Hosts.Take(2)] };

        Assert.Equal((PartStatus.Degraded, PartStatus.Error), (Status(undecided, 5), Status(undecided, 60)));
        Assert.Empty(new OverviewParts(undecided, state, since).AllGpus());
        Assert.Equal(["c"], new OverviewParts(config, state, since).AllGpus().Select(g => g.Host));
        Assert.Equal("c", ((GpuPart)new OverviewParts(config, state, since).Gpu()).Host);
        Assert.IsType<NotConfigured>(new OverviewParts(config with { Hosts = [config.Hosts[0]] }, state, since).Gpu());
    }

    [Fact]
    public void Unified_memory_is_a_note_instead_of_numbers()
    {
        var own = Json(new Gpu { Index = 0, MemoryTotalBytes = 24 * Gibi, MemoryUsedBytes = 6 * Gibi });
        var unified = Json(new Gpu { Index = 0, MemoryTotalBytes = 120 * Gibi, MemoryUsedBytes = 30 * Gibi, MemoryUnified = true });

        Assert.Equal((24 * 1024, 6 * 1024, 25), (own.GetProperty("memory_total_mb").GetDouble(), own.GetProperty("memory_used_mb").GetDouble(), own.GetProperty("memory_pct").GetDouble()));
        Assert.False(own.TryGetProperty("memory_note", out _));
        Assert.Equal("unified: shares the machine's memory, of which 30720 of 122880 MiB are in use", Text(unified, "memory_note"));
        Assert.DoesNotContain(unified.EnumerateObject(), p => p.Name.EndsWith("_mb", StringComparison.Ordinal) || p.Name == "memory_pct");
    }

    [Theory]
    [InlineData(96, 50, null, PartStatus.Degraded)]
    [InlineData(95, 90, null, PartStatus.Ok)]
    [InlineData(5, 91, null, PartStatus.Degraded)]
    [InlineData(5, 50, GpuFault.Lost, PartStatus.Error)]
    public void A_gpu_that_is_busy_hot_or_lost_is_not_ok(int percent, int celsius, GpuFault? fault, PartStatus status)
    {
        var gpu = new Gpu { Utilization = percent / 100.0, TemperatureCelsius = celsius, Fault = fault };

        Assert.Equal(status, GpuPart.Of(gpu, "a", default).Status);
        Assert.Equal(status, LocalGpuPart.Of(gpu).Status);
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static JsonElement Json(Gpu gpu) =>
        JsonSerializer.SerializeToElement(GpuPart.Of(gpu, "a", default), SnakeCase);
}
