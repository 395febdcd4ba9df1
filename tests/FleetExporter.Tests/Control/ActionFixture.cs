using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;
using FleetExporter.Targets;
using FleetExporter.Tests.Config;
using FleetExporter.Tests.Polling;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Control;

/// <summary>What the actions of Control need, without HTTP: replayed hosts, a store in a folder of its own, and the audit.</summary>
internal sealed class ActionFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ReplayFleet _world;
    private readonly ExporterMetrics _metrics = new();
    private readonly Audit _audit;

    private ActionFixture(ReplayFleet world, string yml)
    {
        _world = world;
        Config = new LiveConfig(Yml.Load(yml), () => Yml.Read(yml), Clock);
        Instance = new ExporterInstance(new string('a', 32), new string('b', 32));
        Metrics = new ControlMetrics(_metrics);
        Database = Databases.Create(new StoreConfig.Sqlite(), _folder.Path, Clock, new StoreMetrics(_metrics));
        Connections = new Connections(Database);
        TargetSet = new TargetSet(State, new TargetLinks(), new PollMetrics(new ExporterMetrics()), Clock, NullLogger<TargetSet>.Instance);
        Targets = new TargetList(TargetSet, new StoredTargets(Database), Config, NullLogger<TargetList>.Instance);
        Watchlist = new Watchlist(_world.Fleet, State, Connections, Targets, Instance, Config, NullLogger<Watchlist>.Instance);
        _audit = new Audit(new AuditLog(Database), Instance, Metrics, Clock, NullLogger<Audit>.Instance);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public FakeClock Clock => _world.Clock;

    public FleetExporter.Polling.Fleet Fleet => _world.Fleet;

    public FleetState State => _world.State;

    public LiveConfig Config { get; }

    public ExporterInstance Instance { get; }

    public ControlMetrics Metrics { get; }

    public Database Database { get; }

    public Connections Connections { get; }

    public TargetSet TargetSet { get; }

    public TargetList Targets { get; }

    public Watchlist Watchlist { get; }

    /// <param name="yml">A fleet.yml; a host called <c>a</c> is prepared.</param>
    /// <param name="command">What the host <c>a</c> runs for a command; null: it runs none.</param>
    public static async Task<ActionFixture> StartAsync(string yml, Func<ReplayCommand>? command = null)
    {
        var world = new ActionFixture(await ReplayFleet.StartAsync(yml, w => w.Shell().Command = command), yml);
        Assert.Null(await world.Database.OpenAsync(Stop));
        await world.Watchlist.ApplyAsync();
        Assert.Null(await world.Watchlist.ReadyAsync(Stop));
        return world;
    }

    public AuditedCall Call(ControlAction action, bool isAdmin = false, string? caller = "ann") =>
        new(_audit, action, new CallOrigin(caller, "192.0.2.1", isAdmin), Clock);

    /// <summary>Calls of this action counted with this outcome.</summary>
    public async Task<string> CountAsync(ControlAction action, AuditOutcome outcome)
    {
        using var page = new MemoryStream();
        await _metrics.WriteAsync(page, ExpositionFormat.Text, Stop);
        var series = $"{{action=\"{Words.Of(action)}\",outcome=\"{Words.Of(outcome)}\"}} ";
        var line = System.Text.Encoding.UTF8.GetString(page.ToArray()).Split('\n').Single(l => l.Contains(series, StringComparison.Ordinal));
        return line.Split(' ')[^1];
    }

    /// <summary>Every audit row in order: action, outcome, target, command and exit code, <c>-</c> where there is none; always by ann.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync()
    {
        await using var store = await OpenStoreAsync();
        await using var command = store.CreateCommand();
        command.CommandText =
            """
            SELECT action || ' ' || outcome || ' ' || coalesce(target, '-') || ' ' || coalesce(command, '-') || ' ' || coalesce(exit_code, '-'),
                who || ' ' || address FROM audit ORDER BY id
            """;
        await using var rows = await command.ExecuteReaderAsync(Stop);
        var found = new List<string>();
        while (await rows.ReadAsync(Stop))
        {
            found.Add(rows.GetString(0));
            Assert.Equal("ann 192.0.2.1", rows.GetString(1));
        }

        return found;
    }

    /// <summary>The store refuses every audit row from now on.</summary>
    public async Task BreakAuditAsync()
    {
        await using var store = await OpenStoreAsync();
        await using var command = store.CreateCommand();
        command.CommandText = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken by the test'); END";
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        Watchlist.Dispose();
        Targets.Dispose();
        await TargetSet.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<SqliteConnection> OpenStoreAsync()
    {
        var store = new SqliteConnection($"Data Source={_folder.PathOf("fleet.db")};Pooling=False");
        await store.OpenAsync(Stop);
        return store;
    }
}
