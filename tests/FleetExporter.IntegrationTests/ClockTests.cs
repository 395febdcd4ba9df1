using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The wall clock of the running service is set, as NTP or a person does it. Hosts are polled and judged by the monotonic clock.</summary>
public abstract class ClockTests(string client) : SshTests(client)
{
    /// <summary>An interval, and what a busy machine may take beyond it.</summary>
    private static readonly TimeSpan NextPoll = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(-1)]
    [InlineData(24)]
    public async Task Polls_continue_and_nothing_becomes_stale(int hours)
    {
        await using var machine = await StartMachineAsync();
        var clock = new WallClock(machine.Folder);
        // Tolerates some seconds on a busy machine: the clock would make values older by an hour or more.
        var config = machine.Config().Replace("poll_interval: 1s", "poll_interval: 1s\nstale_after_polls: 10", StringComparison.Ordinal);
        await using var exporter = await Exporter.StartAsync(machine.Folder, config, clock.Environment);
        await exporter.UntilOnlineAsync();
        await exporter.UntilAsync("values", p => p.Find("fleet_host_memory_total_bytes") > 0);
        var before = CpuSeconds(await exporter.PageAsync());

        clock.Set(TimeSpan.FromHours(hours));

        var watch = Stopwatch.StartNew();
        List<bool> online = [];
        List<(TimeSpan At, double Cpu)> polls = [(watch.Elapsed, before)];
        while (watch.Elapsed < Watched)
        {
            var page = await exporter.PageAsync();
            var at = watch.Elapsed;
            // What FleetHostOffline asks for. A busy machine may answer late, and the host be degraded for a moment.
            Assert.True(page.Value("fleet_host_status", ("status", "offline")) == 0, $"offline after {at}:\n{page.Health()}\n{exporter.Log}");
            Assert.True(page.Find("fleet_host_memory_total_bytes") > 0, $"no value after {at}:\n{page.Health()}");
            online.Add(page.Value("fleet_host_status", ("status", "online")) == 1);
            if (CpuSeconds(page) is var cpu && cpu != polls[^1].Cpu)
            {
                polls.Add((at, cpu));
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        // The host's counters come from outside of the service, so that they tell when it was polled.
        Assert.True(polls.Count >= 5, $"{polls.Count - 1} polls in {Watched.TotalSeconds} s:\n{exporter.Log}");
        Assert.All(polls.Zip(polls.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, TimeSpan.Zero, NextPoll));
        Assert.True(online.Count(o => o) > online.Count / 2, $"online on {online.Count(o => o)} pages of {online.Count}:\n{exporter.Log}");
        await exporter.UntilOnlineAsync();
        var wall = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 + clock.Offset.TotalSeconds;
        var last = (await exporter.PageAsync()).Value("fleet_collector_last_success_timestamp_seconds", ("collector", "host"));
        Assert.InRange(last, wall - 10, wall + 10);
    }

    private static double CpuSeconds(Page page) => page.Of("fleet_host_cpu_seconds_total").Sum(s => s.Value);

    public sealed class WithBuiltinClient() : ClockTests("builtin");

    public sealed class WithOpenSsh() : ClockTests("openssh");
}
