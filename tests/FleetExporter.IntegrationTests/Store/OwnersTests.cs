using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Hosts of two exporters in one table of connections.</summary>
public sealed class OwnersTests
{
    private const string One = "one";
    private const string Two = "two";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exporters_do_not_change_each_others_hosts()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await using var other = store.Open();
        await MirrorAsync(store, One, Host("a"), Host("b"));

        Assert.Empty((await new Connections(other).MirrorAsync(Two, [Host("c")], Stop)).Value!);
        await MirrorAsync(store, One, Host("a"));

        Assert.Equal([("a", One), ("c", Two)], await OwnersAsync(store));
        Assert.All(await AllAsync(store), c => Assert.True(c.IsActive));
    }

    [Fact]
    public async Task A_shared_host_is_kept_when_its_owner_removes_it()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await MirrorAsync(store, One, Host("a"));
        var row = Assert.Single(await AllAsync(store));

        store.Clock.Now += TimeSpan.FromMinutes(1);
        await MirrorAsync(store, Two, Host("a") with { ExecPolicy = Config.ExecPolicy.Off });
        Assert.Equal(row, Assert.Single(await AllAsync(store)));

        // A project keeps its row; otherwise the other exporter would create it again with the same id.
        Assert.True((await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "a" }, Stop)).Success);
        await MirrorAsync(store, One);
        var left = Assert.Single(await AllAsync(store));
        Assert.Null(left.Owner);
        Assert.False(left.IsActive);

        await MirrorAsync(store, Two, Host("a"));
        Assert.Equal(row with { Owner = Two, UpdatedAt = store.Clock.Now }, Assert.Single(await AllAsync(store)));
    }

    [Theory]
    [InlineData("a.lan", "other.lan")]
    [InlineData("localhost", "localhost")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task Another_host_of_the_same_name_gets_no_row(string one, string two)
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await MirrorAsync(store, One, Host("a") with { Hostname = one });

        Assert.Equal(["a"], (await store.Connections.MirrorAsync(Two, [Host("a") with { Hostname = two }, Host("b")], Stop)).Value!);

        Assert.Equal([("a", One), ("b", Two)], await OwnersAsync(store));
        Assert.Equal(one, (await store.Connections.FindAsync("a", Stop)).Value!.Hostname);
    }

    [Fact]
    public async Task Hosts_of_an_absent_exporter_have_no_owner_after_a_day()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await MirrorAsync(store, One, Host("a"), Host("b"), Host("c"));
        Assert.True((await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "c" }, Stop)).Success);

        store.Clock.Now += Connections.OwnerTimeout - TimeSpan.FromSeconds(1);
        await MirrorAsync(store, Two, Host("a") with { Hostname = "moved.lan" });
        Assert.Equal([("a", One), ("b", One), ("c", One)], await OwnersAsync(store));

        store.Clock.Now += TimeSpan.FromSeconds(2);
        await MirrorAsync(store, Two, Host("a") with { Hostname = "moved.lan" });
        Assert.Equal([("a", Two), ("c", null)], await OwnersAsync(store));
        Assert.Equal("moved.lan", (await store.Connections.FindAsync("a", Stop)).Value!.Hostname);

        // It returns and owns its unclaimed hosts again.
        await MirrorAsync(store, One, Host("b"), Host("c"));
        Assert.Equal([("a", Two), ("b", One), ("c", One)], await OwnersAsync(store));
    }

    [Fact]
    public async Task A_store_that_is_not_shared_belongs_to_its_exporter()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Sqlite);
        await MirrorAsync(store, One, Host("a"), Host("b"));

        // A copied database file with a new instance id.
        await MirrorAsync(store, Two, Host("b") with { Hostname = "moved.lan" });

        Assert.Equal([("b", Two)], await OwnersAsync(store));
    }

    [Theory, EveryStore]
    public async Task Rows_of_an_older_schema_go_to_the_first_exporter_with_the_host(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await MirrorAsync(store, One, Host("a"), Host("b"));
        Assert.True((await store.AskAsync("UPDATE connections SET owner = NULL")).Done);

        await MirrorAsync(store, Two, Host("a"));

        Assert.Equal([("a", Two)], await OwnersAsync(store));
    }

    [Fact]
    public async Task Exporters_that_start_concurrently_create_each_row_once()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await using var other = store.Open();
        Assert.Null(await store.Database.OpenAsync(Stop));
        Assert.Null(await other.OpenAsync(Stop));
        var hosts = Enumerable.Range(0, 20).Select(i => Host($"h{i:D2}")).ToList();

        var both = await Task.WhenAll(
            store.Connections.MirrorAsync(One, hosts, Stop), new Connections(other).MirrorAsync(Two, [.. Enumerable.Reverse(hosts)], Stop));

        Assert.All(both, mirrored => Assert.Null(mirrored.Error));
        Assert.Equal(hosts.Select(h => h.Name), (await AllAsync(store)).Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Theory, EveryStore]
    public async Task The_later_connection_time_is_kept(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var connection = (await store.Connections.AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop)).Value!;
        var now = store.Clock.Now;

        foreach (var seconds in new[] { 5, 3, 7, 6 })
        {
            Assert.True((await store.Connections.SetLastConnectedAsync([(connection.Id, now.AddSeconds(seconds))], Stop)).Success);
        }

        Assert.Equal(now.AddSeconds(7), (await store.Connections.FindAsync("a", Stop)).Value!.LastConnectedAt);
    }

    private static Connection Host(string name) =>
        new() { Id = Ids.OfHost(name), Name = name, Hostname = name + ".lan", Source = ConnectionSource.File };

    private static async Task MirrorAsync(StoreBackend store, string exporter, params Connection[] hosts) =>
        Assert.Null((await store.Connections.MirrorAsync(exporter, hosts, Stop)).Error);

    private static async Task<IReadOnlyList<Connection>> AllAsync(StoreBackend store) => (await store.Connections.AllAsync(Stop)).Value!;

    private static async Task<IEnumerable<(string Name, string? Owner)>> OwnersAsync(StoreBackend store) =>
        (await AllAsync(store)).OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => (c.Name, c.Owner));
}
