using System.Collections.Concurrent;
using FleetExporter.Collectors;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Simulation;
using FleetExporter.Tests.Config;
using FleetExporter.Tests.Parsing;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Polling;

/// <summary>A fleet of hosts with recorded answers, under a clock that the test controls.</summary>
internal sealed class ReplayFleet : IAsyncDisposable
{
    public const string OneHost = "hosts: [{ name: a, address: a.lan }]";

    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private readonly ConcurrentDictionary<string, ReplayShell> _shells = new(StringComparer.Ordinal);

    private ReplayFleet() =>
        Fleet = new Fleet(State, host => Shell(host.Name), Attached, new PollMetrics(Metrics), Clock, NullLogger<Fleet>.Instance);

    public FakeClock Clock { get; } = new();

    public ExporterMetrics Metrics { get; } = new();

    public FleetState State { get; } = new();

    public AttachedTimes Attached { get; } = new();

    public Fleet Fleet { get; }

    /// <summary>Starts the monitors and waits until every collector was polled once.</summary>
    public static async Task<ReplayFleet> StartAsync(string yml = OneHost, Action<ReplayFleet>? prepare = null)
    {
        var fleet = new ReplayFleet();
        prepare?.Invoke(fleet);
        await fleet.ApplyAsync(yml);
        return fleet;
    }

    public async Task ApplyAsync(string yml)
    {
        await Fleet.ApplyAsync(Yml.Load(yml));
        await SettleAsync();
    }

    public ReplayShell Shell(string host = "a") => _shells.GetOrAdd(host, _ => HealthyHost(Clock));

    public HostSnapshot Host(string host = "a") => State.Find(host) ?? throw new KeyNotFoundException(host);

    /// <summary>Advances the clock second by second, and waits for idle loops after the first one and after each in which a timer fired.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            if (Clock.Advance(TimeSpan.FromSeconds(1)) || passed == TimeSpan.Zero)
            {
                await SettleAsync();
            }
        }
    }

    /// <summary>Advances the clock until the condition is met.</summary>
    /// <returns>The time that passed.</returns>
    public async Task<TimeSpan> UntilAsync(Func<bool> condition, TimeSpan limit)
    {
        var passed = TimeSpan.Zero;
        while (!condition())
        {
            Assert.True(passed < limit, $"condition not met within {limit}: {string.Join("; ", State.Hosts.Select(h => h.Problem(Clock.Now())))}");
            await PassAsync(TimeSpan.FromSeconds(1));
            passed += TimeSpan.FromSeconds(1);
        }

        return passed;
    }

    /// <summary>Waits until the loops, which run on the thread pool, make no progress without the clock.</summary>
    public async Task SettleAsync()
    {
        (int, int, HostSnapshot?) before = default;
        for (var calm = 0; calm < 25;)
        {
            // A work item queued globally runs after all that are queued already, however busy the machine is.
            await Task.Delay(1, TestContext.Current.CancellationToken);
            await Task.Factory.StartNew(
                static () => { }, TestContext.Current.CancellationToken, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
            var now = (Clock.PendingTimers, _shells.Values.Sum(s => s.Progress), State.Hosts.MaxBy(h => h.Recent.Count));
            calm = now == before && _shells.Values.All(s => s.IsIdle) ? calm + 1 : 0;
            before = now;
        }
    }

    public IReadOnlyList<string> Series(string part)
    {
        using var page = new MetricsPage(_dropped);
        foreach (var host in State.Hosts)
        {
            HostPage.Write(page, host, Clock.Now());
        }

        return [.. page.ToString().Split('\n').Where(line => line.Length > 0 && line[0] != '#' && line.Contains(part, StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync() => await Fleet.DisposeAsync();

    public static ReplayShell HealthyHost(TimeProvider clock)
    {
        var shell = new ReplayShell(clock);
        foreach (var collector in CollectorCatalog.All)
        {
            shell.Answer(collector.Name, collector.Simulate(SimulatedHosts.At(0), clock.GetUtcNow()) ?? "");
        }

        shell.Answer("system", "kernel=6.1.0\nos=Debian\narch=x86_64\ncpus=2\npagesize=4096\nuser=alice\ntools= nvidia-smi tmux\nboot_id=one\n");
        shell.Answer("host", HostCapture.Host());
        shell.Answer("temperature", "T41000:::k10temp:Tctl\n");
        shell.Answer("tmux", "U0:alice\n" + Tmux(0) + HostCapture.Stat(100, 1));
        shell.Answer("filesystem", HostCapture.Proc("vm-mountns.df.PT-B1.txt"));
        shell.Answer("hung", "");
        var (fields, rows) = Captures.Query("captures/linux-h100-590.48.01.idle");
        shell.Answer("gpu", $"fields={string.Join(',', fields)}\n{rows}");
        shell.Answer("gpu_processes", Captures.Processes("captures/linux-h100-590.48.01.load").Body);
        shell.Answer("gpu_details", Captures.Read("synthetic/gb10-dgx-spark.q.xml"));
        shell.Answer("xid", "");
        return shell;
    }

    /// <summary>A session called <c>train</c> with one pane, pid 100, created an hour before the clocks start.</summary>
    public static string Tmux(int attached, string name = "train") =>
        $"S$1:1767222000:{attached}:1:1767222600::{name}\nP$1:%1:100:0\n";
}
