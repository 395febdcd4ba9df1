using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The hosts of fleet.yml in the table of connections, on every kind of store.</summary>
public sealed class MirrorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task The_table_follows_the_file_and_writes_changes_only(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.Empty((await store.Connections.MirrorAsync("self", [Host("a"), Host("b")], Stop)).Value!);
        var first = await AllAsync(store);
        await store.Connections.SetLastConnectedAsync([(Ids.OfHost("a"), store.Clock.Now), ("nosuch", store.Clock.Now)], Stop);

        store.Clock.Now += TimeSpan.FromHours(1);
        await store.Connections.MirrorAsync("self", [Host("a"), Host("b") with { Port = 22 }], Stop);

        var (a, b) = ((await AllAsync(store)).Single(c => c.Name == "a"), (await AllAsync(store)).Single(c => c.Name == "b"));
        Assert.Equal(first.Single(c => c.Name == "a") with { LastConnectedAt = store.Clock.Now - TimeSpan.FromHours(1) }, a);
        Assert.Equal(first.Single(c => c.Name == "b") with { Port = 22, UpdatedAt = store.Clock.Now }, b);
    }

    [Theory, EveryStore]
    public async Task A_removed_host_is_deleted_unless_it_has_projects_and_returns_unchanged(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await store.Connections.MirrorAsync("self", [Host("a"), Host("b")], Stop);
        Assert.True((await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "a" }, Stop)).Success);

        await store.Connections.MirrorAsync("self", [], Stop);
        Assert.Equal([("a", false)], (await AllAsync(store)).Select(c => (c.Name, c.IsActive)));

        await store.Connections.MirrorAsync("self", [Host("a")], Stop);
        Assert.Equal([(Ids.OfHost("a"), true)], (await AllAsync(store)).Select(c => (c.Id, c.IsActive)));
    }

    [Theory, EveryStore]
    public async Task A_name_of_a_connection_is_not_taken_over(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var made = (await store.Connections.AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop)).Value!;

        Assert.Equal(["a"], (await store.Connections.MirrorAsync("self", [Host("a"), Host("b")], Stop)).Value!);

        Assert.Equal(["a", "b"], (await AllAsync(store)).Select(c => c.Name).Order());
        Assert.Equal(made, (await store.Connections.FindAsync("a", Stop)).Value);
    }

    [Fact]
    public void The_id_of_a_host_is_derived_from_its_name()
    {
        // Projects in existing stores depend on it.
        Assert.Equal("e80cb485-f7c1-8e98-9b24-016041adc7c1", Ids.OfHost("dgx-spark"));
        Assert.NotEqual(Ids.OfHost("a"), Ids.OfHost("b"));
        Assert.True(Ids.LooksLikeId(Ids.OfHost("a")));
    }

    private static Connection Host(string name) =>
        new() { Id = Ids.OfHost(name), Name = name, Hostname = name + ".lan", Source = ConnectionSource.File };

    private static async Task<IReadOnlyList<Connection>> AllAsync(StoreBackend store) => (await store.Connections.AllAsync(Stop)).Value!;
}
