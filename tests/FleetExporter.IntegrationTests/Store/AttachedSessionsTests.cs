using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The table of attached tmux sessions, on every kind of store.</summary>
public sealed class AttachedSessionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Rows_round_trip_and_gone_sessions_are_deleted(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        AttachedSession[] rows =
        [
            Session(store, 1), Session(store, 1) with { Host = "b" }, Session(store, 1) with { UserName = "zoë" },
            Session(store, 1) with { CreatedAt = store.Clock.Now.AddSeconds(1) }, Session(store, 2),
        ];
        await WriteAsync(store, rows, []);
        Assert.Equal(rows.ToHashSet(), [.. await AllAsync(store)]);

        await WriteAsync(store, [], rows[1..]);

        Assert.Equal([rows[0]], await AllAsync(store));
    }

    [Theory, EveryStore]
    public async Task Of_two_exporters_the_later_times_are_kept(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await using var other = store.Open();
        var row = Session(store, 1);
        var later = row with { AttachedAt = row.AttachedAt.AddSeconds(5), SeenAt = row.SeenAt.AddSeconds(7) };
        await WriteAsync(store, [row with { SeenAt = later.SeenAt }], []);

        Assert.True((await new AttachedSessions(other).WriteAsync([later with { SeenAt = row.SeenAt }], [], Stop)).Success);
        await WriteAsync(store, [row], []);

        Assert.Equal([later], await AllAsync(store));
    }

    [Theory, EveryStore]
    public async Task Two_exporters_may_write_the_same_rows_at_once(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await using var other = store.Open();
        var rows = Enumerable.Range(0, 200).Select(i => Session(store, i)).ToList();

        await Task.WhenAll(WriteAllAsync(store.Database), WriteAllAsync(other));

        Assert.Equal(rows.Skip(9).Select(r => r with { AttachedAt = r.AttachedAt.AddSeconds(9) }).ToHashSet(), [.. await AllAsync(store)]);

        // Each deletes the rows that the other wrote before.
        Task WriteAllAsync(Database database) => Task.Run(
            async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    var seen = rows.Skip(i).Select(r => r with { AttachedAt = r.AttachedAt.AddSeconds(i) });
                    Assert.Null((await new AttachedSessions(database).WriteAsync(seen, rows.Take(i), Stop)).Error);
                }
            },
            Stop);
    }

    [Theory, EveryStore]
    public async Task Sessions_are_deleted_after_90_days_or_beyond_the_limit_of_a_host(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var old = Session(store, 1) with { Host = "old" };
        await WriteAsync(store, [old, old with { SessionId = "$2", SeenAt = store.Clock.Now.AddDays(1) }], []);
        await WriteAsync(store, Enumerable.Range(0, 3_000).Select(i => Session(store, i) with { SeenAt = store.Clock.Now.AddSeconds(i) }), []);
        var kept = await AllAsync(store);
        Assert.Equal(AttachedSessions.MaxPerHost, kept.Count(r => r.Host == "a"));
        Assert.Equal(3_000 - AttachedSessions.MaxPerHost, kept.Where(r => r.Host == "a").Min(r => (r.SeenAt - store.Clock.Now).TotalSeconds));
        Assert.Equal(2, kept.Count(r => r.Host == "old"));

        store.Clock.Now = store.Clock.Now.AddDays(90).AddHours(1);
        await WriteAsync(store, [], []);

        Assert.Equal([("old", "$2")], (await AllAsync(store)).Select(r => (r.Host, r.SessionId)));
    }

    private static AttachedSession Session(StoreBackend store, int id) =>
        new("a", "ann", $"${id}", store.Clock.Now.AddDays(-2), store.Clock.Now.AddMilliseconds(-1), store.Clock.Now);

    private static async Task WriteAsync(StoreBackend store, IEnumerable<AttachedSession> seen, IEnumerable<AttachedSession> gone) =>
        Assert.Null((await store.AttachedSessions.WriteAsync(seen, gone, Stop)).Error);

    private static async Task<IReadOnlyList<AttachedSession>> AllAsync(StoreBackend store) => (await store.AttachedSessions.AllAsync(Stop)).Value!;
}
