using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class FleetTests
{
    private const string Both = "hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }]";

    [Fact]
    public async Task Added_and_changed_hosts_are_started_and_others_keep_running()
    {
        await using var fleet = await ReplayFleet.StartAsync(Both);

        await fleet.ApplyAsync("hosts: [{ name: a, address: a.lan }, { name: b, address: other.lan }, { name: c, address: c.lan }]");

        Assert.Equal([1, 2, 1], new[] { "a", "b", "c" }.Select(h => fleet.Shell(h).Opened(StreamKind.Vitals)));
        Assert.Equal(["a", "b", "c"], fleet.State.Hosts.Select(h => h.Host.Name));
    }

    [Fact]
    public async Task A_removed_host_is_missing_from_the_next_page()
    {
        await using var fleet = await ReplayFleet.StartAsync(Both);

        await fleet.ApplyAsync(ReplayFleet.OneHost);

        Assert.Empty(fleet.Series("host=\"b\""));
        Assert.NotEmpty(fleet.Series("host=\"a\""));
        await fleet.PassAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(1, fleet.Shell("b").Opened(StreamKind.Vitals));
    }

    [Fact]
    public async Task A_new_interval_restarts_all_monitors()
    {
        await using var fleet = await ReplayFleet.StartAsync(Both);

        await fleet.ApplyAsync($"poll_interval: 30s\n{Both}");

        Assert.Equal([2, 2], new[] { "a", "b" }.Select(h => fleet.Shell(h).Opened(StreamKind.Vitals)));
        Assert.All(fleet.Series("fleet_poll_interval_seconds"), s => Assert.EndsWith(" 30", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counters_survive_a_reconnect()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("temperature", "nonsense", 0));
        var failures = Assert.Single(fleet.Series("fleet_collector_failures_total{host=\"a\",collector=\"temperature\""));
        await fleet.PassAsync(TimeSpan.FromSeconds(30));
        var energy = Value(Assert.Single(fleet.Series("fleet_gpu_energy_joules_total{")));
        Assert.True(energy > 0);

        fleet.Shell().Break();
        await fleet.UntilAsync(() => fleet.Shell().Opened(StreamKind.Vitals) == 2 && fleet.Host().Connection.Up, TimeSpan.FromMinutes(1));
        await fleet.SettleAsync();

        Assert.True(Value(Assert.Single(fleet.Series("fleet_gpu_energy_joules_total{"))) >= energy);
        Assert.True(Value(Assert.Single(fleet.Series("collector=\"temperature\",target=\"\",reason=\"parse\""))) > Value(failures));
        Assert.Equal(["fleet_ssh_reconnects_total{host=\"a\"} 1"], fleet.Series("fleet_ssh_reconnects_total"));
    }

    [Fact]
    public async Task Polling_now_requests_all_collectors_and_completes_with_their_answers()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var (vitals, gpu) = (fleet.Shell().Asked("filesystem"), fleet.Shell().Asked("gpu_details"));

        Assert.True(await fleet.Fleet.PollNowAsync("a", TestContext.Current.CancellationToken));

        Assert.Equal((vitals + 1, gpu + 1), (fleet.Shell().Asked("filesystem"), fleet.Shell().Asked("gpu_details")));
        Assert.False(await fleet.Fleet.PollNowAsync("nosuch", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Polling_now_completes_when_the_stream_ends()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Answers["host"] = new Reply("", Hangs: true);
        var poll = fleet.Fleet.PollNowAsync("a", TestContext.Current.CancellationToken);
        await fleet.SettleAsync();
        Assert.False(poll.IsCompleted);

        await fleet.UntilAsync(() => !fleet.Host().Connection.Up, TimeSpan.FromMinutes(1));

        Assert.True(await poll.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("true", CollectorFailure.ToolMissing)]
    public async Task A_missing_tool_is_a_failure_only_where_it_is_enabled(string toggle, CollectorFailure? failure)
    {
        var yml = $"hosts: [{{ name: a, address: a.lan, gpu: {toggle}, tmux: {{ enabled: {toggle} }} }}]";
        await using var fleet = await ReplayFleet.StartAsync(yml, w =>
        {
            w.Shell().Answer("system", w.Shell().Answers["system"].Body.Replace("tools= nvidia-smi tmux", "tools=", StringComparison.Ordinal));
            w.Shell().Answer("gpu", "", 127);
            w.Shell().Answer("tmux", "U127:alice\nsh: 1: tmux: not found\n");
        });

        foreach (var collector in new[] { "gpu", "tmux" })
        {
            var outcome = fleet.Host().Outcomes[collector];
            Assert.Equal(failure, outcome.Failure);
            Assert.Equal(failure is null, outcome.OffBecause is not null);
            Assert.Equal(failure is null, fleet.Series($"collector=\"{collector}\"").Count == 0);
        }

        Assert.Equal(failure is null, fleet.Host().Problem(fleet.Clock.Now()) is null);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 40)]
    public async Task An_unreachable_host_releases_its_handshake_slot(bool reached, int seconds)
    {
        // Three hosts that send no banner, one handshake slot.
        await using var fleet = await ReplayFleet.StartAsync(
            "ssh: { max_connecting: 1, connect_timeout: 10s }\nhosts: [{ name: x, address: x.lan }, { name: y, address: y.lan }, { name: z, "
                + "address: z.lan }]",
            w =>
            {
                foreach (var host in new[] { "x", "y", "z" })
                {
                    w.Shell(host).IsMute = true;
                    w.Shell(host).Reached = reached;
                }
            });

        var took = await fleet.UntilAsync(
            () => new[] { "x", "y", "z" }.All(h => fleet.Shell(h).Opened(StreamKind.Vitals) > 0), TimeSpan.FromMinutes(1));
        Assert.InRange(took, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + 1));
    }

    private static double Value(string series) =>
        double.Parse(series[(series.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
