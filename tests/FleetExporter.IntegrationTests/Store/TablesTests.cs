using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Connections, projects and jobs, on every kind of store.</summary>
public sealed class TablesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Added_rows_are_found_by_id_and_name(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var given = new Connection
        {
            Name = "späti '; DROP TABLE connections; --",
            Hostname = "h",
            Username = "u",
            SshKeyPath = "/k",
            Port = 2222,
            IsActive = false,
            LastConnectedAt = store.Clock.Now,
            ExecPolicy = ExecPolicy.AllowList,
        };

        var added = Value(await store.Connections.AddAsync(given, Stop));
        var project = Value(await store.Projects.AddAsync(
            new Project
            {
                Name = "p",
                ConnectionId = added.Name,
                Description = "d",
                ProjectType = ProjectType.ReinforcementLearning,
                RemotePath = "/r",
                Config = Json("""{"a":[1,{"b":"ü"}]}""")
            },
            Stop));
        var job = Value(await store.Jobs.AddAsync(
            new Job { Name = "j", ProjectId = project.Id, ModelName = "m", ContainerId = "c", Metrics = Json("""{"loss":0.5}""") }, Stop));

        Assert.Equal(given with { Id = added.Id, CreatedAt = store.Clock.Now, UpdatedAt = store.Clock.Now }, added);
        Assert.Equal(added, Value(await store.Connections.FindAsync(added.Id, Stop)));
        Assert.Equal(added, Value(await store.Connections.FindAsync(added.Name, Stop)));
        Assert.Equal(added.Id, project.ConnectionId);
        var foundProject = Value(await store.Projects.FindAsync("p", Stop));
        Assert.Equal("""{"a":[1,{"b":"ü"}]}""", Plain(foundProject.Config));
        Assert.Equal(project with { Config = foundProject.Config }, foundProject);
        var foundJob = Value(await store.Jobs.FindAsync(job.Id, Stop));
        Assert.Equal(
            ("m", "c", JobStatus.Pending, "{\"loss\":0.5}"), (foundJob.ModelName, foundJob.ContainerId, foundJob.Status, Plain(foundJob.Metrics)));
        Assert.Equal(new StoreError.NotFound("job"), (await store.Jobs.FindAsync("nosuch", Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Names_are_unique_and_never_have_the_format_of_an_id(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var first = Value(await store.Connections.AddAsync(Named("a"), Stop));
        Value(await store.Connections.AddAsync(Named("A"), Stop));
        Value(await store.Connections.AddAsync(Named("b"), Stop));

        Assert.Equal("name", Conflict(await store.Connections.AddAsync(Named("a"), Stop)));
        Assert.Equal("name", Conflict(await store.Connections.AddAsync(Named(first.Id), Stop)));
        Assert.Equal("name", Conflict(await store.Connections.ChangeAsync("b", c => c with { Name = "a" }, Stop)));
        Assert.Equal("name", Conflict(await store.Connections.ChangeAsync("b", c => c with { Name = first.Id.ToUpperInvariant() }, Stop)));
        Assert.Equal("b", Value(await store.Connections.FindAsync("b", Stop)).Name);
    }

    [Theory, EveryStore]
    public async Task A_change_keeps_id_and_times(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var before = Value(await store.Connections.AddAsync(Named("a"), Stop));
        store.Clock.Now += TimeSpan.FromHours(1);

        var after = Value(await store.Connections.ChangeAsync(
            "a", c => c with { Id = "x", Hostname = "other", Source = ConnectionSource.File, CreatedAt = default, UpdatedAt = default }, Stop));

        Assert.Equal(before with { Hostname = "other", UpdatedAt = store.Clock.Now }, after);
        Assert.Equal(after, Value(await store.Connections.FindAsync(before.Id, Stop)));
        Assert.Equal(new StoreError.NotFound("connection"), (await store.Connections.ChangeAsync("nosuch", c => c, Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Rows_with_dependents_are_deleted_by_cascade_only(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Value(await store.Connections.AddAsync(Named("c"), Stop));
        Value(await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "c" }, Stop));
        Value(await store.Projects.AddAsync(new Project { Name = "q", ConnectionId = "c" }, Stop));
        Value(await store.Jobs.AddAsync(new Job { Name = "j", ProjectId = "p" }, Stop));

        Assert.Equal("jobs", Conflict(await store.Projects.RemoveAsync("p", cascade: false, Stop)));
        Assert.Equal("projects", Conflict(await store.Connections.RemoveAsync("c", cascade: false, Stop)));
        Assert.True((await store.Projects.RemoveAsync("q", cascade: false, Stop)).Success);
        Assert.True((await store.Jobs.FindAsync("j", Stop)).Success);

        Assert.Equal("c", Value(await store.Connections.RemoveAsync("c", cascade: true, Stop)).Name);
        Assert.Equal(new StoreError.NotFound("job"), (await store.Jobs.FindAsync("j", Stop)).Error);
        Assert.Equal(new StoreError.NotFound("project"), (await store.Projects.FindAsync("p", Stop)).Error);
        Assert.Equal(new StoreError.NotFound("connection"), (await store.Connections.RemoveAsync("c", cascade: true, Stop)).Error);
        Assert.Equal(
            new StoreError.NotFound("connection"), (await store.Projects.AddAsync(new Project { Name = "r", ConnectionId = "c" }, Stop)).Error);
        Assert.Equal(new StoreError.NotFound("project"), (await store.Jobs.AddAsync(new Job { Name = "k", ProjectId = "p" }, Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Pages_have_no_gaps_while_rows_are_added(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Value(await store.Connections.AddAsync(Named("c"), Stop));
        Value(await store.Connections.AddAsync(Named("d"), Stop));
        foreach (var i in Enumerable.Range(0, 7))
        {
            store.Clock.Now += TimeSpan.FromSeconds(1);
            Value(await store.Projects.AddAsync(new Project { Name = $"p{i}", ConnectionId = i == 6 ? "d" : "c" }, Stop));
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = Value(await store.Projects.ListAsync(null, 3, cursor, Stop));
            seen.AddRange(page.Items.Select(p => p.Name));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(["p0", "p1", "p2", "p3", "p4", "p5", "p6"], seen);
        var d = Value(await store.Connections.FindAsync("d", Stop)).Id;
        Assert.Equal(["p6"], Value(await store.Projects.ListAsync(d, 3, null, Stop)).Items.Select(p => p.Name));
    }

    [Theory, EveryStore]
    public async Task Concurrent_writes_are_not_lost(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await using var other = store.Open();
        Value(await store.Connections.AddAsync(Named("c"), Stop));
        Value(await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "c" }, Stop));
        Value(await store.Jobs.AddAsync(new Job { Name = "j", ProjectId = "p" }, Stop));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            async () => Value(await (i % 2 == 0 ? store.Jobs : new Jobs(other)).ChangeAsync("j", j => j.WithMetrics(new() { [$"m{i}"] = i }), Stop)),
            Stop)));

        Assert.Equal(40, Value(await store.Jobs.FindAsync("j", Stop)).Metrics.Count);
    }

    private static Connection Named(string name) => new() { Name = name, Hostname = "h" };

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static string Plain(JsonObject json) => System.Text.RegularExpressions.Regex.Unescape(json.ToJsonString());

    private static T Value<T>(StoreResult<T> result)
        where T : class => result.Success ? result.Value : throw new InvalidOperationException(result.Error.ToString());

    private static string Conflict<T>(StoreResult<T> result)
        where T : class => Assert.IsType<StoreError.Conflict>(result.Error).Field;
}
