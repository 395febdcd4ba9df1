using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>A newer schema is not modified, on every kind of store.</summary>
public sealed class SchemaTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task A_newer_schema_is_rejected_without_a_write(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.Null(await store.Database.OpenAsync(Stop));
        Assert.True((await store.AskAsync("INSERT INTO schema_version (version, applied_at) VALUES (99, 0)")).Done);
        await using var older = store.Open();

        var refused = Assert.IsType<StoreError.Unavailable>(await older.OpenAsync(Stop));

        var known = Migrations.All(older.Dialect).Count;
        Assert.Equal(
            $"the store has schema 99, and this version of the exporter supports up to {known}; "
            + "run the version that migrated it or a later one, or restore a backup from before the migration",
            refused.ToString());
        Assert.Equal(refused, (await new Connections(older).AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop)).Error);
        Assert.Equal(refused, (await new Connections(older).ListAsync(10, null, Stop)).Error);
        Assert.Equal("0", (await store.AskAsync("SELECT COUNT(*) FROM connections")).Output);
    }

    [Theory, EveryStore]
    public async Task A_running_exporter_stops_using_a_store_with_a_newer_schema(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.True((await store.Connections.AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop)).Success);
        Assert.True((await store.AskAsync("INSERT INTO schema_version (version, applied_at) VALUES (99, 0)")).Done);

        // The service checks every 5 s.
        var refused = Assert.IsType<StoreError.Unavailable>(await store.Database.OpenAsync(Stop));

        Assert.Contains("schema 99", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(refused, (await store.Connections.AddAsync(new Connection { Name = "b", Hostname = "h" }, Stop)).Error);

        // Its database was restored.
        Assert.True((await store.AskAsync("DELETE FROM schema_version WHERE version = 99")).Done);
        Assert.Null(await store.Database.OpenAsync(Stop));
        Assert.True((await store.Connections.AddAsync(new Connection { Name = "b", Hostname = "h" }, Stop)).Success);
    }

    [Theory, EveryStore]
    public async Task Exporters_that_start_concurrently_migrate_once(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var others = Enumerable.Range(0, 4).Select(_ => store.Open()).ToList();

        await Task.WhenAll(others.Select(async other =>
        {
            // An exporter that finds it locked gets an error and retries.
            while (await other.OpenAsync(Stop) is not null)
            {
                await Task.Delay(50, Stop);
            }
        }));

        Assert.Equal($"{Migrations.All(store.Database.Dialect).Count}", (await store.AskAsync("SELECT COUNT(*) FROM schema_version")).Output);
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
    }
}
