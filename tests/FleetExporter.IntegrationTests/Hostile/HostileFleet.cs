using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>
/// An exporter that watches ten honest hosts, its figures without an attack, and a hostile host that tests can add.
/// </summary>
public abstract class HostileFleet(string client) : IAsyncLifetime
{
    /// <summary>The hostile host's name.</summary>
    internal const string Hostile = "hostile";

    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int HonestHosts = 10;

    private WatchedMachine? _machine;
    private HostilePeer? _peer;
    private Exporter? _exporter;

    internal WatchedMachine Machine => _machine!;

    internal HostilePeer Peer => _peer!;

    internal Exporter Exporter => _exporter!;

    internal Observer Observer { get; private set; } = null!;

    /// <summary>Measured before any attack.</summary>
    internal Figures Quiet { get; private set; } = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _machine = await WatchedMachine.StartAsync(client: client);
        _peer = await HostilePeer.StartAsync(Machine);
        _exporter = await Exporter.StartAsync(Machine.Folder, Config());
        await Exporter.UntilAsync("all are online", p => p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == HonestHosts);

        Observer = new Observer(Exporter, (await Exporter.JsonAsync("/api/config")).Text("data_dir"));
        // The first answers are compiled while they are made.
        await Observer.ObserveAsync(TimeSpan.FromSeconds(3), Stop);
        Quiet = await Observer.ObserveAsync(TimeSpan.FromSeconds(5), Stop);
        TestContext.Current.SendDiagnosticMessage($"quiet: {Quiet}");
    }

    /// <summary>Adds the hostile host.</summary>
    internal async Task AddHostileAsync(Attack attack)
    {
        Peer.Choose(attack);
        await ReloadAsync(Config(Item(Hostile, Peer)));
        await Exporter.UntilAsync("the hostile host is on the page", IsWatched, TimeSpan.FromSeconds(3));
    }

    /// <summary>Removes the hostile host and returns the time until it is gone from the page.</summary>
    internal async Task<TimeSpan> RemoveHostileAsync()
    {
        var watch = Stopwatch.StartNew();
        await ReloadAsync(Config());
        await Exporter.UntilAsync("the hostile host is gone", p => !IsWatched(p));
        return watch.Elapsed;
    }

    /// <summary>Adds a hostile target.</summary>
    /// <param name="section">A section of fleet.yml.</param>
    internal Task AddTargetAsync(string section) => ReloadAsync(Config() + section + "\n");

    /// <summary>Removes the hostile target and returns the time until it is gone from the page.</summary>
    internal async Task<TimeSpan> RemoveTargetAsync()
    {
        var watch = Stopwatch.StartNew();
        await ReloadAsync(Config());
        await Exporter.UntilAsync("the hostile target is gone", p => !p.Text.Contains($"\"{Hostile}\"", StringComparison.Ordinal));
        return watch.Elapsed;
    }

    internal static bool IsWatched(Page page) => page.Of("fleet_host_status", ("host", Hostile)).Any();

    /// <summary>A hostile host as an item of <c>hosts</c>.</summary>
    internal static string Item(string name, HostilePeer peer) =>
        $"- {{ name: {name}, address: {peer.Address}, gpu: true, units: [a.service], tmux: {{ enabled: true, users: [other] }} }}";

    internal static bool IsHonest(string host) => host is "box" || host.StartsWith("honest-", StringComparison.Ordinal);

    /// <summary>Honest hosts beside <c>box</c>, as items of <c>hosts</c>.</summary>
    internal static IEnumerable<string> Honest(WatchedMachine machine) =>
        Enumerable.Range(1, HonestHosts - 1).Select(i => $"- {{ name: honest-{i}, address: {machine.Server.Address} }}");

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _exporter, _peer, _machine })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        GC.SuppressFinalize(this);
    }

    private async Task ReloadAsync(string config)
    {
        Machine.Folder.Write("fleet.yml", config);
        await ConnectionsTests.DoAsync(Exporter, HttpMethod.Post, "/-/reload");
    }

    private string Config(params IEnumerable<string> more)
    {
        var config = Machine.Config(hosts: string.Join('\n', [.. Honest(Machine), .. more]));
        File.AppendAllText(Machine.Folder.PathOf("known_hosts"), Peer.KnownHost);
        return config;
    }
}
