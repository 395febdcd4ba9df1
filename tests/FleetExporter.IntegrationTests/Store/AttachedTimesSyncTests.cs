using FleetExporter.Control;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using FleetExporter.Tests.Polling;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The times of attached tmux sessions between memory and every kind of store.</summary>
public sealed class AttachedTimesSyncTests
{
    private static readonly string[] Watched = ["a", "b"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task A_flood_of_100000_new_sessions_is_limited(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var (times, sync) = await StartAsync(store);
        See(store, times, "b", [1]);
        for (var reading = 0; reading < 100; reading++)
        {
            store.Clock.Now += TimeSpan.FromSeconds(10);
            // Every other reading includes another user.
            See(store, times, "a", Enumerable.Range(reading * 1_000, 1_000), user: $"user{reading / 2 % 25}");
            Assert.InRange(times.Hosts["a"].Count, 1_000, RemoteLimits.Sessions);
            if (reading % 3 == 0)
            {
                await sync.WriteAsync(Watched, Stop);
                Assert.InRange((await RowsAsync(store, "a")).Count, 1_000, RemoteLimits.Sessions);
            }
        }

        await sync.WriteAsync(Watched, Stop);
        var rows = await RowsAsync(store, "a");
        Assert.InRange(rows.Count, 1_000, RemoteLimits.Sessions);
        Assert.Contains(rows, r => r.SessionId == "$99999");
        Assert.Single(await RowsAsync(store, "b"));
    }

    [Theory, EveryStore]
    public async Task A_restart_loads_the_times_and_gone_sessions_are_deleted(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var (times, sync) = await StartAsync(store);
        See(store, times, "a", [1, 2]);
        await sync.WriteAsync(Watched, Stop);
        var before = times.Hosts["a"];

        (times, sync) = await StartAsync(store);
        Assert.Equal(before.OrderBy(t => t.Key.Id), times.Hosts["a"].OrderBy(t => t.Key.Id));

        store.Clock.Now += TimeSpan.FromSeconds(10);
        See(store, times, "a", [2], clients: 0);
        await sync.WriteAsync(Watched, Stop);

        Assert.Equal([("$2", before.First().Value.AttachedAt)], (await RowsAsync(store, "a")).Select(r => (r.SessionId, r.AttachedAt)));
    }

    [Theory, EveryStore]
    public async Task Only_changes_are_written_and_live_sessions_do_not_expire(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var (times, sync) = await StartAsync(store);
        See(store, times, "a", [1]);
        await sync.WriteAsync(Watched, Stop);
        var first = Assert.Single(await RowsAsync(store, "a"));

        for (var day = 0; day < 100; day++)
        {
            store.Clock.Now += TimeSpan.FromHours(23);
            See(store, times, "a", [1], clients: 0);
            await sync.WriteAsync(Watched, Stop);
            var row = Assert.Single(await RowsAsync(store, "a"));
            Assert.Equal((day == 0, first.AttachedAt), (row.SeenAt == first.SeenAt, row.AttachedAt));
            Assert.InRange(store.Clock.Now - row.SeenAt, TimeSpan.Zero, TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public async Task Readings_during_an_outage_of_the_store_are_merged_with_its_rows()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        var (times, sync) = await StartAsync(store);
        var at = store.Clock.Now;
        See(store, times, "a", [1, 2]);
        await sync.WriteAsync(Watched, Stop);
        await store.Database.DisposeAsync();
        var path = Path.Combine(store.Folder, "fleet.db");
        File.Move(path, path + ".away");
        Directory.CreateDirectory(path);

        await using var database = store.Open();
        (times, sync) = await StartAsync(store, database);
        store.Clock.Now += TimeSpan.FromSeconds(10);
        See(store, times, "a", [1, 3]);
        await sync.WriteAsync(Watched, Stop);
        Assert.Equal(["$1", "$3"], times.Hosts["a"].Keys.Select(k => k.Id).Order());
        Directory.Delete(path);
        File.Move(path + ".away", path);
        Assert.Null(await database.OpenAsync(Stop));

        await sync.LoadAsync(Watched, Stop);
        Assert.Equal(
            [("$1", at.AddSeconds(10)), ("$2", at), ("$3", at.AddSeconds(10))],
            times.Hosts["a"].Select(t => (t.Key.Id, t.Value.AttachedAt)).Order());

        // The next reading and write continue from there.
        See(store, times, "a", [1, 3]);
        await sync.WriteAsync(Watched, Stop);
        Assert.Equal(["$1", "$3"], (await new AttachedSessions(database).AllAsync(Stop)).Value!.Select(r => r.SessionId).Order());
    }

    [Theory, EveryStore]
    public async Task A_removed_host_is_unloaded_and_its_times_return_with_it(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var (times, sync) = await StartAsync(store);
        See(store, times, "a", [1]);

        await sync.WriteAsync(["b"], Stop);
        Assert.Equal(["b"], times.Hosts.Keys);

        store.Clock.Now += TimeSpan.FromMinutes(1);
        See(store, times, "a", [1], clients: 0);
        Assert.Empty(times.Hosts["a"]);
        await sync.LoadAsync(Watched, Stop);

        Assert.Equal(store.Clock.Now.AddMinutes(-1), Assert.Single(times.Hosts["a"]).Value.AttachedAt);
    }

    [Theory, EveryStore]
    public async Task The_file_of_an_older_version_is_imported_once(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var path = Path.Combine(store.Folder, "attached.json");
        var at = store.Clock.Now.AddHours(-1);
        await File.WriteAllTextAsync(
            path, $$"""{"a\nan\u0000n\n$1\n{{TmuxAnswers.Created.ToUnixTimeSeconds()}}": {"Attached": "{{at:O}}", "SeenAt": "{{at:O}}"} }""", Stop);

        var (times, _) = await StartAsync(store);

        var (key, time) = Assert.Single(times.Hosts["a"]);
        Assert.Equal((new TmuxSessionKey("an n", "$1", TmuxAnswers.Created), at), (key, time.AttachedAt));
        Assert.False(File.Exists(path));
        Assert.Single(await RowsAsync(store, "a"));
    }

    private static async Task<(AttachedTimes Times, AttachedTimesSync Sync)> StartAsync(StoreBackend store, Database? database = null)
    {
        var times = new AttachedTimes();
        var file = new AttachedFile(Path.Combine(store.Folder, "attached.json"), NullLogger<AttachedFile>.Instance);
        var sync = new AttachedTimesSync(times, new AttachedSessions(database ?? store.Database), file, NullLogger<AttachedTimesSync>.Instance);
        await sync.LoadAsync(Watched, Stop);
        return (times, sync);
    }

    private static void See(StoreBackend store, AttachedTimes times, string host, IEnumerable<int> ids, long clients = 1, string user = "ann") =>
        times.Update(host, TmuxAnswers.Of(store.Clock.Now, user, ids, clients), store.Clock.Now);

    private static async Task<IReadOnlyList<AttachedSession>> RowsAsync(StoreBackend store, string host) =>
        [.. (await store.AttachedSessions.AllAsync(Stop)).Value!.Where(r => r.Host == host)];
}
