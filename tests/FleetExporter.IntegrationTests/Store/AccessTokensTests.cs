using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The table of login sessions and tickets, on every kind of store.</summary>
public sealed class AccessTokensTests
{
    private static readonly ExporterInstance Me = new("me", "1");

    private static readonly AccessTokenSeal Seal = new([1, 2, 3]);

    private static readonly TimeSpan AtLeast = TimeSpan.FromMinutes(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task The_remaining_lifetime_is_that_of_the_last_write_minus_the_time_since(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var tokens = new AccessTokens(store.Database, Me, Seal);
        AccessToken session = new(Hash('a'), AccessTokenKind.Session, Hash('k'), null, null, TimeSpan.FromHours(12));
        AccessToken ticket = new(Hash('b'), AccessTokenKind.Ticket, null, "127.0.0.1", "/gpu/stream", TimeSpan.FromHours(3));
        await WriteAsync(tokens, TimeSpan.Zero, [session], []);
        store.Clock.Now += TimeSpan.FromHours(2);
        await WriteAsync(tokens, TimeSpan.FromHours(2), [ticket], []);
        store.Clock.Now += TimeSpan.FromHours(1);

        var loaded = (await tokens.LoadAsync(AtLeast, Stop)).Value!;

        Assert.Equal([ticket with { Left = TimeSpan.FromHours(2) }, session with { Left = TimeSpan.FromHours(9) }], loaded);
    }

    [Theory, EveryStore]
    public async Task Setting_the_clock_back_does_not_extend_lifetimes(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var tokens = new AccessTokens(store.Database, Me, Seal);
        await WriteAsync(tokens, TimeSpan.Zero, [Session('a', TimeSpan.FromHours(12))], []);
        await WriteAsync(tokens, TimeSpan.FromHours(11), [], []);
        store.Clock.Now -= TimeSpan.FromDays(1);

        Assert.Equal(TimeSpan.FromMinutes(59), Assert.Single((await tokens.LoadAsync(AtLeast, Stop)).Value!).Left);
        Assert.Equal(TimeSpan.FromMinutes(58), Assert.Single((await tokens.LoadAsync(AtLeast, Stop)).Value!).Left);
    }

    [Theory, EveryStore]
    public async Task Expired_and_ended_rows_are_deleted_and_rows_of_others_kept(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var (mine, others) = (new AccessTokens(store.Database, Me, Seal), new AccessTokens(store.Database, new ExporterInstance("other", "1"), Seal));
        var (hour, life) = (TimeSpan.FromHours(1), TimeSpan.FromHours(12));
        await WriteAsync(mine, TimeSpan.Zero, [Session('a', hour), Session('b', life), Session('c', life)], []);
        await WriteAsync(others, TimeSpan.Zero, [Session('b', life)], []);

        await WriteAsync(mine, hour, [], [Hash('c')]);

        Assert.Equal("2", (await store.AskAsync("SELECT COUNT(*) FROM access_tokens")).Output);
        Assert.Equal(Hash('b'), Assert.Single((await mine.LoadAsync(AtLeast, Stop)).Value!).Hash);
        Assert.Equal(life - AtLeast, Assert.Single((await others.LoadAsync(AtLeast, Stop)).Value!).Left);

        // Rows of an exporter that never returns are deleted.
        store.Clock.Now += TimeSpan.FromDays(3);
        await WriteAsync(mine, TimeSpan.Zero, [], []);
        Assert.Equal("0", (await store.AskAsync("SELECT COUNT(*) FROM access_tokens WHERE instance = 'other'")).Output);
    }

    [Theory, EveryStore]
    public async Task Rows_with_an_invalid_seal_are_ignored(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var mine = new AccessTokens(store.Database, Me, Seal);
        await WriteAsync(mine, TimeSpan.Zero, [Session('a', TimeSpan.FromHours(12)), Session('b', TimeSpan.FromHours(12))], []);
        await WriteAsync(new AccessTokens(store.Database, Me, new AccessTokenSeal([9])), TimeSpan.Zero, [Session('c', TimeSpan.FromHours(12))], []);

        Assert.True((await store.AskAsync($"UPDATE access_tokens SET key_hash = '{Hash('0')}' WHERE hash = '{Hash('b')}'")).Done);

        Assert.Equal(Hash('a'), Assert.Single((await mine.LoadAsync(AtLeast, Stop)).Value!).Hash);
    }

    [Theory, EveryStore]
    public async Task Thousands_of_tokens_end_in_one_write(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var mine = new AccessTokens(store.Database, Me, Seal);
        var all = Enumerable.Range(0, 6000).Select(i => Session('a', TimeSpan.FromHours(12)) with { Hash = $"{i:x64}" }).ToList();
        foreach (var some in all.Chunk(500))
        {
            await WriteAsync(mine, TimeSpan.Zero, some, []);
        }

        await WriteAsync(mine, TimeSpan.Zero, [], all.Skip(1).Select(t => t.Hash));

        Assert.Equal(all[0].Hash, Assert.Single((await mine.LoadAsync(AtLeast, Stop)).Value!).Hash);
    }

    private static AccessToken Session(char hash, TimeSpan left) => new(Hash(hash), AccessTokenKind.Session, Hash('k'), null, null, left);

    private static string Hash(char digit) => new(digit, 64);

    private static async Task WriteAsync(AccessTokens tokens, TimeSpan passed, IEnumerable<AccessToken> added, IEnumerable<string> removed) =>
        Assert.Null((await tokens.WriteAsync(passed, added, removed, Stop)).Error);
}
