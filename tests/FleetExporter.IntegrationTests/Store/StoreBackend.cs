using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The kinds of stores that the tests of this folder run against.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>An empty store for one test.</summary>
internal sealed class StoreBackend : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(PostgresServer.StartAsync);

    private readonly TestFolder _folder = new();

    private StoreBackend(StoreConfig config, PostgresServer? postgres)
    {
        Config = config;
        Postgres = postgres;
        Database = Open();
    }

    public StoreConfig Config { get; }

    public PostgresServer? Postgres { get; }

    public StoreClock Clock { get; } = new();

    public Database Database { get; }

    public string Folder => _folder.Path;

    /// <summary>As expected by the writer program.</summary>
    public string Url => Config is StoreConfig.Postgres p ? Postgres!.UrlOf(p.Database) : "sqlite";

    public Connections Connections => new(Database);

    public Projects Projects => new(Database);

    public Jobs Jobs => new(Database);

    public AuditLog Audit => new(Database);

    public AttachedSessions AttachedSessions => new(Database);

    public static async Task<StoreBackend> NewAsync(StoreKind kind)
    {
        if (kind == StoreKind.Sqlite)
        {
            return new StoreBackend(new StoreConfig.Sqlite(), null);
        }

        var server = await Server.Value;
        return new StoreBackend(await server.NewAsync(), server);
    }

    /// <summary>A database on the test's own server.</summary>
    public static StoreBackend On(StoreConfig config, PostgresServer server) => new(config, server);

    /// <summary>Opens the same store again, as another process would.</summary>
    public Database Open() => Databases.Create(Config, _folder.Path, Clock, new StoreMetrics(new ExporterMetrics()));

    /// <summary>Runs SQL directly.</summary>
    /// <returns>Its output, and whether it succeeded.</returns>
    public async Task<(bool Done, string Output)> AskAsync(string sql)
    {
        if (Config is StoreConfig.Postgres p)
        {
            var result = await Postgres!.TryAskAsync(p.Database, sql);
            return (result.Exit == 0, result.Trimmed + result.Error);
        }

        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Folder, "fleet.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        try
        {
            return (true, $"{await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)}");
        }
        catch (Microsoft.Data.Sqlite.SqliteException refused)
        {
            return (false, refused.Message);
        }
    }

    /// <summary>Ends the server that the tests shared, if one was started.</summary>
    public static async ValueTask EndAsync()
    {
        if (Server.IsValueCreated)
        {
            await (await Server.Value).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Stops the shared server after all tests.</summary>
public sealed class StoreEnd : IAsyncDisposable
{
    public ValueTask DisposeAsync() => StoreBackend.EndAsync();
}

/// <summary>A manual clock.</summary>
internal sealed class StoreClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
