using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Store;
using Microsoft.Data.Sqlite;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>A full, locked, damaged or unavailable store gives an error and loses no data.</summary>
public sealed class BadStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_an_error_until_space_is_freed()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", store.Folder);
        try
        {
            var kept = new List<string>();
            StoreError? error;
            while ((error = (await AddAsync(store, $"c{kept.Count}")).Error) is null)
            {
                kept.Add($"c{kept.Count}");
                Assert.True(kept.Count < 1000);
            }

            Assert.Equal(new StoreError.Full(), error);
            Assert.Equal(kept, (await ListAsync(store)).Select(c => c.Name));

            await Tool.RunAsync("mount", "-o", "remount,size=8m", store.Folder);
            Assert.True((await AddAsync(store, "after")).Success);
            Assert.Equal([.. kept, "after"], (await ListAsync(store)).Select(c => c.Name));
            Assert.Equal("ok", (await store.AskAsync("PRAGMA integrity_check")).Output);
        }
        finally
        {
            await store.Database.DisposeAsync();
            await Tool.RunAsync("umount", "-l", store.Folder);
        }
    }

    [Fact]
    public async Task A_store_locked_by_another_process_is_busy()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        Assert.True((await AddAsync(store, "a")).Success);
        await using var other = new SqliteConnection($"Data Source={Path.Combine(store.Folder, "fleet.db")};Pooling=False");
        await other.OpenAsync(Stop);
        await using (other.BeginTransaction())
        {
            Assert.Equal(new StoreError.Busy(), (await AddAsync(store, "b")).Error);
            Assert.Equal(["a"], (await ListAsync(store)).Select(c => c.Name));
        }

        Assert.True((await AddAsync(store, "b")).Success);
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_not_modified()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        var path = Path.Combine(store.Folder, "fleet.db");
        var text = new string('x', 5000);
        await File.WriteAllTextAsync(path, text, Stop);

        Assert.IsType<StoreError.Unavailable>((await AddAsync(store, "a")).Error);
        Assert.Equal(text, await File.ReadAllTextAsync(path, Stop));
    }

    [Fact]
    public async Task A_commit_of_SQLite_is_synced_before_it_returns()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);

        var settings = await store.Database.WriteAsync<string>(
            async work => $"{await work.OneAsync<string>("PRAGMA journal_mode", new { })} {await work.OneAsync<long>("PRAGMA synchronous", new { })}"
                + $" {await work.OneAsync<long>("PRAGMA foreign_keys", new { })}",
            Stop);

        // 2 is FULL.
        Assert.Equal("wal 2 1", settings.Value);
    }

    [Fact]
    public async Task The_file_is_accessible_by_its_owner_only()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        Assert.True((await AddAsync(store, "a")).Success);

        var files = Directory.GetFiles(store.Folder);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_stopped_server_is_an_error_until_it_returns()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var store = StoreBackend.On(await server.NewAsync(), server);
        Assert.True((await AddAsync(store, "a")).Success);

        await server.StopAsync();
        Assert.IsType<StoreError.Unavailable>((await AddAsync(store, "b")).Error);
        Assert.IsType<StoreError.Unavailable>((await store.Connections.ListAsync(10, null, Stop)).Error);

        await server.RunAsync();
        Assert.IsType<StoreError.Unavailable>((await AddAsync(store, "b")).Error);
        Assert.Null(await store.Database.OpenAsync(Stop));
        Assert.True((await AddAsync(store, "b")).Success);
        Assert.Equal(["a", "b"], (await ListAsync(store)).Select(c => c.Name));
    }

    private static Task<StoreResult<Connection>> AddAsync(StoreBackend store, string name)
    {
        // Ids follow the clock.
        store.Clock.Now += TimeSpan.FromSeconds(1);
        return store.Connections.AddAsync(new Connection { Name = name, Hostname = "h", SshKeyPath = new string('k', 20_000) }, Stop);
    }

    private static async Task<IReadOnlyList<Connection>> ListAsync(StoreBackend store) =>
        (await store.Connections.ListAsync(Page<Connection>.MaxItems, null, Stop)).Value!.Items;
}
