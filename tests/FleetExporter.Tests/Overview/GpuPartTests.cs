using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Tests.Api;
using FleetExporter.Tests.Config;

namespace FleetExporter.Tests.Overview;

public sealed class GpuPartTests
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public async Task The_first_remote_gpu_is_shown_and_gpus_lists_all()
    {
        await using var server = await ApiServer.StartAsync("listen: 127.0.0.1:0\nhosts: [{ name: z }, { name: y, address: y.lan, gpu: false }, "
            + "{ name: x, address: x.lan }, { name: a, address: a.lan }]\n");

        var body = await server.JsonAsync("/api/gpu");

        Assert.Equal(
            ("x", "ok", 0), (body.GetProperty("host").GetString(), body.GetProperty("status").GetString(), body.GetProperty("index").GetInt32()));
        Assert.Equal("NVIDIA H100 80GB HBM3", body.GetProperty("gpu_name").GetString());
        Assert.Equal(81559, body.GetProperty("memory_total_mb").GetDouble());
        Assert.Equal(["z", "x", "a"], body.GetProperty("gpus").EnumerateArray().Select(g => g.GetProperty("host").GetString()!));
        Assert.Equal("a", (await server.JsonAsync("/api/gpu?host=a&index=0")).GetProperty("host").GetString());
        Assert.Equal("z", (await server.JsonAsync("/api/gpu?host=z")).GetProperty("host").GetString());
        Assert.False((await server.JsonAsync("/api/gpu?host=y")).GetProperty("configured").GetBoolean());
        // The driver reserves 478 MiB.
        var local = await server.JsonAsync("/api/local-gpu");
        Assert.Equal([81559, 0, 81081], new[] { "total", "used", "free" }.Select(what => local.GetProperty($"memory_{what}_mb").GetInt32()));
    }

    [Fact]
    public async Task A_host_whose_gpus_fail_is_an_error_and_one_without_nvidia_smi_is_skipped()
    {
        await using var server = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts: [{ name: a, address: a.lan }]\n",
            shell => shell.Answer("gpu", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9));

        var gpu = await server.JsonAsync("/api/gpu");
        Assert.Equal(("error", "a"), (Text(gpu, "status"), Text(gpu, "host")));
        Assert.StartsWith("driver: ", Text(gpu, "error"), StringComparison.Ordinal);
        Assert.Equal("error", Text(await server.JsonAsync("/api/overview"), "overall"));
        Assert.False((await server.JsonAsync("/api/local-gpu")).GetProperty("configured").GetBoolean());
    }

    [Fact]
    public void A_host_that_was_never_reached_counts_while_no_other_has_gpus_but_is_no_gpu()
    {
        var config =
            Yml.Load("hosts: [{ name: a, address: a.lan, gpu: false }, { name: b, address: b.lan }, { name: c, address: c.lan, gpu: true }]");
        var since = new Instant(DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        var state = new FleetState();
        foreach (var host in config.Hosts)
        {
            state.Set(HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromSeconds(10), 3), since));
        }

        GpuPart Part(FleetConfig fleet, int seconds) => (GpuPart)new OverviewParts(fleet, state, since + TimeSpan.FromSeconds(seconds)).Gpu();
        var undecided = config with { Hosts = [.. config.Hosts.Take(2)] };

        Assert.Equal((PartStatus.Degraded, PartStatus.Error), (Part(undecided, 5).Status, Part(undecided, 60).Status));
        Assert.Equal((null, "b is offline: connecting"), (Part(undecided, 5).Error, Part(undecided, 60).Error));
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

        Assert.Equal(
            (24 * 1024, 6 * 1024, 25),
            (own.GetProperty("memory_total_mb").GetDouble(), own.GetProperty("memory_used_mb").GetDouble(),
                own.GetProperty("memory_pct").GetDouble()));
        Assert.False(own.TryGetProperty("memory_note", out _));
        Assert.Equal("unified: shares the machine's memory, of which 30720 of 122880 MiB are in use", Text(unified, "memory_note"));
        Assert.DoesNotContain(unified.EnumerateObject(), p => p.Name.EndsWith("_mb", StringComparison.Ordinal) || p.Name == "memory_pct");
    }

    [Theory]
    [InlineData(100, 50, null, null, PartStatus.Ok)]
    [InlineData(95, 90, null, null, PartStatus.Ok)]
    [InlineData(5, 91, null, null, PartStatus.Degraded)]
    [InlineData(100, 93, 95, null, PartStatus.Ok)]
    [InlineData(5, 86, 85, null, PartStatus.Degraded)]
    [InlineData(5, 50, 95, GpuFault.Lost, PartStatus.Error)]
    public void A_gpu_that_is_hotter_than_its_limit_or_lost_is_not_ok_and_one_that_works_is(
        int percent, int celsius, int? limit, GpuFault? fault, PartStatus status)
    {
        var gpu = new Gpu { Utilization = percent / 100.0, TemperatureCelsius = celsius, TemperatureLimitCelsius = limit, Fault = fault };

        Assert.Equal(status, GpuPart.Of(gpu, "a", default, hotCelsius: 90).Status);
        Assert.Equal(status, LocalGpuPart.Of(gpu, hotCelsius: 90).Status);
        var error = fault is null ? null : "the GPU is lost";
        Assert.Equal((error, error), (GpuPart.Of(gpu, "a", default, hotCelsius: 90).Error, LocalGpuPart.Of(gpu, hotCelsius: 90).Error));
    }

    [Fact]
    public async Task The_limit_is_the_one_of_the_detailed_report_else_the_threshold()
    {
        const string Yml = "listen: 127.0.0.1:0\nhosts: [{ name: a, address: a.lan }]\nthresholds: { gpu_temperature_critical_celsius: 20 }\n";
        var (_, rows) = Captures.Query("captures/linux-h100-590.48.01.idle");
        var uuid = rows.Split(',').First(c => c.Contains("GPU-", StringComparison.Ordinal)).Trim();
        var details = $"<nvidia_smi_log><gpu><uuid>{uuid}</uuid><temperature><gpu_temp_slow_threshold>87 C</gpu_temp_slow_threshold></temperature>"
            + "<remapped_rows><remapped_row_pending>Yes</remapped_row_pending></remapped_rows></gpu></nvidia_smi_log>";
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Answer("gpu_details", details));
        await using var without = await ApiServer.StartAsync(Yml);

        Assert.Equal(("ok", "degraded"), (Text(await server.JsonAsync("/api/gpu"), "status"), Text(await without.JsonAsync("/api/gpu"), "status")));
        var gpu = (await server.JsonAsync("/api/hosts/a")).GetProperty("gpus")[0];
        Assert.Equal(87, gpu.GetProperty("temperature_limit_c").GetDouble());
        Assert.True(gpu.GetProperty("memory_repairs").GetProperty("remapping_pending").GetBoolean());
        Assert.Equal(16, gpu.GetProperty("pcie").GetProperty("width").GetInt32());
        Assert.Equal(
            JsonValueKind.Null, (await without.JsonAsync("/api/hosts/a")).GetProperty("gpus")[0].GetProperty("temperature_limit_c").ValueKind);
    }

    /// <summary>Clients that find the used memory also show total and percentage.</summary>
    [Theory]
    [InlineData(null, 24 * Gibi)]
    [InlineData(6 * Gibi, null)]
    [InlineData(6 * Gibi, 0.0)]
    public void The_three_memory_fields_are_present_together_or_not_at_all(double? used, double? total) => Assert.DoesNotContain(
        Json(new Gpu { Index = 0, MemoryUsedBytes = used, MemoryTotalBytes = total }).EnumerateObject(),
        p => p.Name.EndsWith("_mb", StringComparison.Ordinal) || p.Name == "memory_pct");

    [Fact]
    public void Free_memory_is_null_where_the_driver_does_not_report_it() =>
        Assert.Null(LocalGpuPart.Of(new Gpu { MemoryTotalBytes = 24 * Gibi, MemoryUsedBytes = 6 * Gibi }, hotCelsius: 90).MemoryFreeMb);

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static JsonElement Json(Gpu gpu) =>
        JsonSerializer.SerializeToElement(GpuPart.Of(gpu, "a", default, hotCelsius: 90), SnakeCase);
}
