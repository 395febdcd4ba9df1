using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class FleetTests
{
    private const string Both = "hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }]";

    [Fact]
    public async Task A_host_added_or_changed_is_started_and_the_others_are_left_alone()
    {
        await using var world = await World.StartAsync(Both);

        await world.ApplyAsync("hosts: [{ name: a, address: a.lan }, { name: b, address: other.lan }, { name: c, address: c.lan }]");

        Assert.Equal([1, 2, 1], new[] { "a", "b", "c" }.Select(h => world.Shell(h).Opened(StreamKind.Vitals)));
        Assert.Equal(["a", "b", "c"], world.State.Hosts.Select(h => h.Host.Name));
    }

    [Fact]
    public async Task A_host_taken_out_is_gone_from_the_very_next_page()
    {
        await using var world = await World.StartAsync(Both);

        await world.ApplyAsync(World.OneHost);

        Assert.Empty(world.Series("host=\"b\""));
        Assert.NotEmpty(world.Series("host=\"a\""));
        await world.PassAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(1, world.Shell("b").Opened(StreamKind.Vitals));
    }

    [Fact]
    public async Task A_new_interval_restarts_everyone()
    {
        await using var world = await World.StartAsync(Both);

        await world.ApplyAsync($"poll_interval: 30s\n{Both}");

        Assert.Equal([2, 2], new[] { "a", "b" }.Select(h => world.Shell(h).Opened(StreamKind.Vitals)));
        Assert.All(world.Series("fleet_poll_interval_seconds"), s => Assert.EndsWith(" 30", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counters_survive_a_reconnect()
    {
        await using var world = await World.StartAsync(prepare: w => w.Shell().Answer("temperature", "nonsense", 0));
        var failures = Assert.Single(world.Series("fleet_collector_failures_total{host=\"a\",collector=\"temperature\""));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        var energy = Value(Assert.Single(world.Series("fleet_gpu_energy_joules_total{")));
        Assert.True(energy > 0);

        world.Shell().Break();
        await world.UntilAsync(() => world.Shell().Opened(StreamKind.Vitals) == 2 && world.Host().Connection.Up, TimeSpan.FromMinutes(1));
        await world.SettleAsync();

        Assert.True(Value(Assert.Single(world.Series("fleet_gpu_energy_joules_total{"))) >= energy);
        Assert.True(Value(Assert.Single(world.Series("collector=\"temperature\",target=\"\",reason=\"parse\""))) > Value(failures));
        Assert.Equal(["fleet_ssh_reconnects_total{host=\"a\"} 1"], world.Series("fleet_ssh_reconnects_total"));
    }

    [Fact]
    public async Task Polling_now_asks_for_everything_and_is_done_with_the_answers()
    {
        await using var world = await World.StartAsync();
        var (vitals, gpu) = (world.Shell().Asked("filesystem"), world.Shell().Asked("gpu_details"));

        Assert.True(await world.Fleet.PollNowAsync("a", TestContext.Current.CancellationToken));

        Assert.Equal((vitals + 1, gpu + 1), (world.Shell().Asked("filesystem"), world.Shell().Asked("gpu_details")));
        Assert.False(await world.Fleet.PollNowAsync("nosuch", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Polling_now_ends_when_the_stream_does()
    {
        await using var world = await World.StartAsync();
        world.Shell().Answers["host"] = new Reply("", Hangs: true);
        var poll = world.Fleet.PollNowAsync("a", TestContext.Current.CancellationToken);
        await world.SettleAsync();
        Assert.False(poll.IsCompleted);

        await world.UntilAsync(() => !world.Host().Connection.Up, TimeSpan.FromMinutes(1));

        Assert.True(await poll.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("true", CollectorFailure.ToolMissing)]
    public async Task A_missing_tool_is_a_failure_only_where_it_was_asked_for(string toggle, CollectorFailure? failure)
    {
        await using var world = await World.StartAsync($"hosts: [{{ name: a, address: a.lan, gpu: {toggle}, tmux: {{ enabled: {toggle} }} }}]", w =>
        {
            w.Shell().Answer("system", w.Shell().Answers["system"].Body.Replace("tools= nvidia-smi tmux", "tools=", StringComparison.Ordinal));
            w.Shell().Answer("gpu", "", 127);
            w.Shell().Answer("tmux", "U127:alice\nsh: 1: tmux: not found\n");
        });

        foreach (var collector in new[] { "gpu", "tmux" })
        {
            var outcome = world.Host().Outcomes[collector];
            Assert.Equal(failure, outcome.Failure);
            Assert.Equal(failure is null, outcome.OffBecause is not null);
            Assert.Equal(failure is null, world.Series($"collector=\"{collector}\"").Count == 0);
        }

        Assert.Equal(failure is null, world.Host().Problem(world.Clock.Now()) is null);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 40)]
    public async Task A_host_that_is_not_reached_gives_its_place_to_those_who_wait(bool reached, int seconds)
    {
        // Three that never say hello, one place.
        await using var world = await World.StartAsync(
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

        var took = await world.UntilAsync(
            () => new[] { "x", "y", "z" }.All(h => world.Shell(h).Opened(StreamKind.Vitals) > 0), TimeSpan.FromMinutes(1));
        Assert.InRange(took, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + 1));
    }

    private static double Value(string series) =>
        double.Parse(series[(series.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
