using System.Text.Json;
using FleetExporter.Api;
using FleetExporter.Remote;
using FleetExporter.Tests.Polling;
using FleetExporter.Views;

namespace FleetExporter.Tests.Api;

/// <summary>The GPUs of the fleet, whose they are, and which of them are chosen.</summary>
public sealed class GpusTests
{
    private static readonly FleetGpuView[] Fleet =
    [
        Gpu("a", 0, "NVIDIA H100 80GB HBM3", null, 80_000), Gpu("a", 1, "NVIDIA H100 80GB HBM3", "processes", 20_000),
        Gpu("b", 0, "NVIDIA GB10", null, null), Gpu("c", 0, "NVIDIA H100 NVL", null, 90_000), Gpu("c", 1, null, null, 90_000),
    ];

    [Fact]
    public async Task Every_GPU_has_a_row_with_its_users_and_why_it_is_not_free()
    {
        var container = new string('a', 64);
        await using var fleet = await ReplayFleet.StartAsync(prepare: f =>
        {
            f.Shell().Answer("gpu_processes", "GPU-00000000-0000-0000-0000-000000000000, 42, python3 train.py --token SECRET, 100\n");
            f.Shell().Answer(
                "gpu_owners",
                "/proc/42/stat:42 (python3) S 1 1 1 0 -1 0 0 0 0 0 9 9 0 0 20 0 1 0 1000 0 0 0\n/proc/42/status:Uid:\t1000\t1000\n"
                    + $"/proc/42/cgroup:0::/system.slice/docker-{container}.scope\nns:pid:[4026531836]\nn:1000:al<b>ice\n");
            f.Shell().Answer("containers", $"docker:0\n{container} vllm\n");
        });
        IReadOnlyList<FleetGpuView> Rows() => FleetGpuView.Of(fleet.Host(), fleet.Clock.Now());
        await fleet.UntilAsync(() => Rows() is [{ Containers: ["vllm"] }], TimeSpan.FromSeconds(30));

        var row = Assert.Single(Rows());
        Assert.Equal(("a", 0, false, "processes"), (row.Host, row.Index, row.Free, row.NotFree));
        Assert.Equal(["al<b>ice"], row.Users);
        var process = Assert.Single(GpuView.Of(fleet.Host(), fleet.Clock.Now())[0].Processes);
        Assert.Equal(("python3 …", "docker"), (process.Name, process.Container?.Runtime));

        // Nothing more is asked once it is known, until the minute is over; without a process nothing is asked at all.
        var asked = fleet.Shell().Ticks(StreamKind.Vitals).Count(t => t.Contains("gpu_owners=42", StringComparison.Ordinal));
        Assert.Equal(1, asked);
        fleet.Shell().Answer("gpu_processes", "");
        await fleet.UntilAsync(() => Rows() is [{ Processes: 0 }], TimeSpan.FromSeconds(30));
        await fleet.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(1, fleet.Shell().Ticks(StreamKind.Vitals).Count(t => t.Contains("gpu_owners", StringComparison.Ordinal)));
        Assert.False(fleet.Host().Outcomes.Contains("gpu_owners"));
    }

    [Theory]
    [InlineData("", "a/0 a/1 b/0 c/0 c/1")]
    [InlineData("free", "a/0 b/0 c/0 c/1")]
    [InlineData("used", "a/1")]
    [InlineData("free count", "c/0 c/1")]
    [InlineData("free memory", "a/0 c/0 c/1")]
    [InlineData("name", "a/0 a/1 c/0")]
    [InlineData("free name count", "")]
    [InlineData("host", "c/0 c/1")]
    [InlineData("label", "a/0 a/1")]
    public void Filters_apply_together_and_count_is_that_of_a_host(string filters, string rows)
    {
        var on = filters.Split(' ');
        var filter = new GpuFilter(
            on.Contains("free") ? true : on.Contains("used") ? false : null, on.Contains("count") ? 2 : 0, on.Contains("memory") ? 50_000 : 0,
            on.Contains("name") ? "h100" : null, on.Contains("host") ? "c" : null, on.Contains("label") ? ("of", "a") : null);

        Assert.Equal(rows, string.Join(' ', filter.Apply(Fleet).Select(g => $"{g.Host}/{g.Index}")));
    }

    [Theory]
    [InlineData("free=maybe", "free")]
    [InlineData("count=0", "count")]
    [InlineData("count=1001", "count")]
    [InlineData("memory_mb=-1", "memory_mb")]
    [InlineData("memory_mb=1e9", "memory_mb")]
    [InlineData("label=rack", "label")]
    [InlineData("label=:r1", "label")]
    [InlineData("limit=0", "limit")]
    public async Task A_parameter_that_is_wrong_is_named(string query, string field)
    {
        await using var server = await ApiServer.StartAsync();

        var (status, problem) = await server.FailAsync(HttpMethod.Get, $"/api/gpus?{query}");

        Assert.True(status is 400 or 422, $"{status}");
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Rows_come_in_pages_and_are_chosen_by_host_and_label()
    {
        await using var server = await ApiServer.StartAsync();

        var first = await server.JsonAsync("/api/gpus?limit=1");
        var second = await server.JsonAsync($"/api/gpus?limit=1&cursor={Uri.EscapeDataString(first.GetProperty("next_cursor").GetString()!)}");
        Assert.Equal("a", first.GetProperty("items")[0].GetProperty("host").GetString());
        Assert.Equal("b b", second.GetProperty("items")[0].GetProperty("host").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        Assert.Equal("a", Assert.Single(await RowsAsync(server, "?label=rack:r1")).GetProperty("host").GetString());
        Assert.Empty(await RowsAsync(server, "?host=none"));
    }

    [Fact]
    public async Task The_processes_that_use_the_most_have_masked_arguments()
    {
        await using var server = await ApiServer.StartAsync(prepare: shell => shell.Answer(
            "processes", "window 60\nt 42 3000 2048 python3\nt 1 0 300 init\np 42 alice python3 train.py --token SECRET\np 1 root /sbin/init\n"));

        Assert.False(server.State.Find("a")!.Outcomes.Contains("processes"));
        var answer = await server.JsonAsync("/api/hosts/a/processes");

        Assert.Equal("a", answer.GetProperty("host").GetString());
        Assert.NotEqual(JsonValueKind.Null, answer.GetProperty("collected_at").ValueKind);
        Assert.Equal([42, 1], answer.GetProperty("processes").EnumerateArray().Select(p => p.GetProperty("pid").GetInt32()));
        var top = answer.GetProperty("processes")[0];
        Assert.Equal(("alice", 50.0, 8), (
            top.GetProperty("user").GetString(), top.GetProperty("cpu_percent").GetDouble(), top.GetProperty("memory_mb").GetInt32()));
        Assert.Equal("python3 …", top.GetProperty("command").GetString());
        Assert.DoesNotContain("SECRET", answer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", await server.TextAsync("/debug/hosts/a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_are_read_while_somebody_looks()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: f => f.Shell().Answer("processes", "window \nt 1 0 300 init\n"));
        await fleet.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, fleet.Shell().Asked("processes"));

        await fleet.Fleet.LookAtAsync("a", TestContext.Current.CancellationToken);
        Assert.Equal(1, fleet.Shell().Asked("processes"));
        Assert.Equal(1, Assert.Single(TopProcessView.Of(fleet.Host(), fleet.Clock.Now())).Pid);
        await fleet.PassAsync(TimeSpan.FromMinutes(5));
        Assert.InRange(fleet.Shell().Asked("processes"), 6, 7);
        Assert.False(fleet.Host().Outcomes.Contains("processes"));
    }

    [Fact]
    public async Task Without_a_reading_there_are_no_processes_and_an_unknown_host_is_not_found()
    {
        await using var server = await ApiServer.StartAsync(prepare: shell => shell.Answer("processes", "", 127));

        var answer = await server.JsonAsync("/api/hosts/a/processes");

        Assert.Equal(JsonValueKind.Null, answer.GetProperty("collected_at").ValueKind);
        Assert.Empty(answer.GetProperty("processes").EnumerateArray());
        Assert.Equal(404, (await server.FailAsync(HttpMethod.Get, "/api/hosts/none/processes")).Status);
    }

    private static async Task<JsonElement[]> RowsAsync(ApiServer server, string query) =>
        [.. (await server.JsonAsync("/api/gpus" + query)).GetProperty("items").EnumerateArray()];

    private static FleetGpuView Gpu(string host, int index, string? name, string? notFree, long? free) => new(
        host, index, $"GPU-{host}{index}", name, notFree is null, notFree, null, null, 0, 0, 80_000, free, 40, 90, 100, 700, 0, [], [], false,
        new Dictionary<string, string> { ["of"] = host });
}
