using System.Text.Json;
using FleetExporter.Tests.Polling;

namespace FleetExporter.Tests.Api;

public sealed class HostsTests
{
    private static readonly string[] SessionNames = ["train", "two words", "a/b", "c:d", "100% é🚀", "a%2Fb"];

    [Fact]
    public async Task Hosts_are_listed_page_by_page()
    {
        await using var server = await ApiServer.StartAsync();

        var first = await server.JsonAsync("/api/hosts?limit=1");
        var cursor = first.GetProperty("next_cursor").GetString();
        var second = await server.JsonAsync($"/api/hosts?limit=1&cursor={Uri.EscapeDataString(cursor!)}");

        Assert.Equal(["a"], Field(first, "hostname"));
        Assert.Equal(["b b"], Field(second, "hostname"));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        Assert.Equal(["a", "b b"], Field(await server.JsonAsync("/api/hosts"), "hostname"));
    }

    [Fact]
    public async Task A_host_has_its_current_readings()
    {
        await using var server = await ApiServer.StartAsync();

        var host = await server.JsonAsync("/api/hosts/b%20b");

        Assert.Equal("online", host.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, host.GetProperty("reason").ValueKind);
        Assert.Equal(24106, host.GetProperty("memory_total_mb").GetDouble());
        Assert.True(host.GetProperty("has_gpu").GetBoolean());
        var gpu = host.GetProperty("gpus")[0];
        Assert.Equal(81559, gpu.GetProperty("memory_total_mb").GetDouble());
        Assert.Equal(3, gpu.GetProperty("processes").GetArrayLength());
        Assert.Equal("train", host.GetProperty("sessions")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_host_whose_GPUs_do_not_answer_still_has_GPUs()
    {
        await using var server = await ApiServer.StartAsync(prepare: shell =>
            shell.Answer("gpu", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9));

        var host = await server.JsonAsync("/api/hosts/a");

        Assert.Empty(host.GetProperty("gpus").EnumerateArray());
        Assert.True(host.GetProperty("has_gpu").GetBoolean());
    }

    [Theory]
    [InlineData(null, 12)]
    [InlineData("active", 12)]
    [InlineData("legacy", 0)]
    public async Task Sessions_are_chosen_by_status(string? status, int count)
    {
        await using var server = await ApiServer.StartAsync(prepare: Sessions);

        var sessions = await server.JsonAsync("/api/sessions" + (status is null ? "" : "?status=" + status));

        Assert.Equal(count, sessions.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_session_is_found_by_any_name()
    {
        await using var server = await ApiServer.StartAsync(prepare: Sessions);
        var ids = Field(await server.JsonAsync("/api/sessions"), "id").ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(
            SessionNames.Order(), (await server.JsonAsync("/api/sessions")).GetProperty("items").EnumerateArray().Select(s =>
                s.GetProperty("name").GetString()!).Distinct().Order());
        foreach (var id in ids)
        {
            Assert.Equal(id, (await server.JsonAsync("/api/sessions/" + Uri.EscapeDataString(id))).GetProperty("id").GetString());
        }
    }

    [Fact]
    public async Task Listing_sessions_by_page_returns_all()
    {
        await using var server = await ApiServer.StartAsync(prepare: Sessions);
        var all = Field(await server.JsonAsync("/api/sessions"), "id").ToList();
        var found = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await server.JsonAsync($"/api/sessions?limit=5&cursor={Uri.EscapeDataString(cursor)}");
            found.AddRange(Field(page, "id"));
            cursor = page.GetProperty("next_cursor").GetString();
        }

        Assert.Equal(all, found);
    }

    private static void Sessions(ReplayShell shell) => shell.Answer(
        "tmux",
        "U0:alice\n" + string.Concat(SessionNames.Select((name, i) => ReplayFleet.Tmux(0, name).Replace("$1", "$" + i, StringComparison.Ordinal))));

    private static IEnumerable<string> Field(JsonElement list, string name) =>
        list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty(name).GetString()!);
}
