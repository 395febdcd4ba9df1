using System.Text.Json;
using FleetExporter.Api;
using FleetExporter.History;
using FleetExporter.Remote;
using FleetExporter.Tests.Api;
using FleetExporter.Tests.Hosting;
using FleetExporter.Tests.Polling;

namespace FleetExporter.Tests.History;

/// <summary>The values of the last ten minutes.</summary>
public sealed class RecentTests
{
    [Fact]
    public async Task Each_moment_has_a_value_or_null()
    {
        await using var fleet = await ReplayFleet.StartAsync(ReplayFleet.OneHost);
        using var recent = new RecentValues(fleet.State, TestLoopDependencies.Clock(fleet.Clock));
        await fleet.PassAsync(TimeSpan.FromSeconds(20));
        recent.Take();
        var known = Assert.Single(Of(recent).Hosts);
        Assert.NotEmpty(known.Gpus);
        Assert.All(known.Gpus, gpu => Assert.InRange(gpu.UtilizationPercent.Single()!.Value, 0, 100));

        fleet.Shell().Refuses = SshFailure.Refused;
        fleet.Shell().Break();
        await fleet.PassAsync(TimeSpan.FromMinutes(2));
        recent.Take();

        var view = Of(recent);
        var host = Assert.Single(view.Hosts);
        Assert.Equal(2, view.Times.Count);
        Assert.True(view.Times[1] - view.Times[0] == 120_000, "they are two minutes apart");
        Assert.Equal(2, host.CpuPercent.Count);
        Assert.Null(host.CpuPercent[1]);
        Assert.Equal(known.Gpus.Count, host.Gpus.Count);
        Assert.All(host.Gpus.Zip(known.Gpus), pair => Assert.Equal([pair.Second.UtilizationPercent[0], null], pair.First.UtilizationPercent));
    }

    [Fact]
    public async Task Values_older_than_ten_minutes_and_hosts_no_longer_watched_are_dropped()
    {
        await using var fleet = await ReplayFleet.StartAsync("hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }]");
        using var recent = new RecentValues(fleet.State, TestLoopDependencies.Clock(fleet.Clock));
        for (var n = 0; n < RecentUse.MaxTimes + 5; n++)
        {
            fleet.Clock.Advance(RecentValues.Step);
            recent.Take();
        }

        var all = Of(recent);
        Assert.Equal(["a", "b"], all.Hosts.Select(h => h.Hostname));
        Assert.Equal(RecentUse.MaxTimes, all.Times.Count);
        Assert.Equal(fleet.Clock.GetUtcNow().ToUnixTimeMilliseconds(), all.Times[^1]);
        Assert.Equal((RecentUse.MaxTimes - 1) * 10_000, all.Times[^1] - all.Times[0]);
        Assert.Equal(["b"], RecentView.Of(RecentUse.Of(recent, "b")).Hosts.Select(h => h.Hostname));

        await fleet.ApplyAsync(ReplayFleet.OneHost);
        recent.Take();
        Assert.Equal(["a"], Of(recent).Hosts.Select(h => h.Hostname));
    }

    [Fact]
    public async Task Values_are_recorded_every_ten_seconds()
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Empty((await server.JsonAsync("/api/recent")).GetProperty("times").EnumerateArray());
        Assert.Empty((await server.JsonAsync("/api/recent")).GetProperty("hosts").EnumerateArray());

        JsonElement view;
        do
        {
            server.Clock.Advance(RecentValues.Step);
            await Task.Delay(1, TestContext.Current.CancellationToken);
            view = await server.JsonAsync("/api/recent?host=b%20b");
        }
        while (view.GetProperty("times").GetArrayLength() < 2);

        var host = Assert.Single(view.GetProperty("hosts").EnumerateArray());
        Assert.Equal("b b", host.GetProperty("hostname").GetString());
        var gpu = Assert.Single(host.GetProperty("gpus").EnumerateArray());
        Assert.Equal(view.GetProperty("times").GetArrayLength(), gpu.GetProperty("utilization_percent").GetArrayLength());
        Assert.Equal(404, (await server.FailAsync(HttpMethod.Get, "/api/recent?host=nobody")).Status);
    }

    private static RecentView Of(RecentValues recent) => RecentView.Of(RecentUse.Of(recent, null));
}
