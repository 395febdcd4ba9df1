using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Status changes of jobs, on every kind of store.</summary>
public sealed class JobStatesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task The_first_running_sets_the_start_and_the_first_final_status_the_end(StoreKind kind)
    {
        await using var store = await JobAsync(kind);
        var begin = store.Clock.Now;

        store.Clock.Now = begin + TimeSpan.FromMinutes(1);
        var running = await MoveAsync(store, JobStatus.Running);
        store.Clock.Now = begin + TimeSpan.FromMinutes(2);
        var again = await MoveAsync(store, JobStatus.Running);
        store.Clock.Now = begin + TimeSpan.FromMinutes(3);
        var failed = await MoveAsync(store, JobStatus.Failed);
        store.Clock.Now = begin + TimeSpan.FromMinutes(4);
        var same = await MoveAsync(store, JobStatus.Failed);

        Assert.Equal((begin + TimeSpan.FromMinutes(1), null), (running.Value!.StartedAt, running.Value.CompletedAt));
        Assert.Equal((begin + TimeSpan.FromMinutes(1), null), (again.Value!.StartedAt, again.Value.CompletedAt));
        Assert.Equal(
            (begin + TimeSpan.FromMinutes(1), begin + TimeSpan.FromMinutes(3)), (failed.Value!.StartedAt!.Value, failed.Value.CompletedAt!.Value));
        Assert.Equal(failed.Value.CompletedAt, same.Value!.CompletedAt);
    }

    [Theory, EveryStore]
    public async Task Finished_jobs_are_final_and_running_ones_cannot_become_pending(StoreKind kind)
    {
        foreach (var from in Enum.GetValues<JobStatus>())
        {
            foreach (var to in Enum.GetValues<JobStatus>())
            {
                await using var store = await JobAsync(kind, from);

                var moved = await MoveAsync(store, to);

                var allowed = from == to || from == JobStatus.Pending || (from == JobStatus.Running && to != JobStatus.Pending);
                Assert.True(moved.Success == allowed, $"{from} to {to}");
                Assert.Equal(allowed ? null : "status", (moved.Error as StoreError.Conflict)?.Field);
                Assert.Equal(allowed ? to : from, (await store.Jobs.FindAsync("j", Stop)).Value!.Status);
            }
        }
    }

    [Theory, EveryStore]
    public async Task Metrics_are_merged(StoreKind kind)
    {
        await using var store = await JobAsync(kind);

        await store.Jobs.ChangeAsync("j", j => j.WithMetrics(Json("""{"loss":1,"step":1,"best":{"loss":1}}""")), Stop);
        var merged = await store.Jobs.ChangeAsync("j", j => j.WithMetrics(Json("""{"loss":0.5,"step":null,"acc":0.9}""")), Stop);

        Assert.Equal("""{"loss":0.5,"best":{"loss":1},"acc":0.9}""", merged.Value!.Metrics.ToJsonString());
        Assert.Equal("model", (await store.Jobs.FindAsync("j", Stop)).Value!.ModelName);
    }

    [Theory, EveryStore]
    public async Task Metrics_are_limited(StoreKind kind)
    {
        await using var store = await JobAsync(kind);

        var big = await store.Jobs.ChangeAsync("j", j => j.WithMetrics(new() { ["text"] = new string('x', 300_000) }), Stop);

        Assert.Equal("metrics", Assert.IsType<StoreError.Conflict>(big.Error).Field);
        Assert.Empty((await store.Jobs.FindAsync("j", Stop)).Value!.Metrics);
    }

    [Theory, EveryStore]
    public async Task Jobs_are_listed_and_counted_by_state(StoreKind kind)
    {
        await using var store = await JobAsync(kind, JobStatus.Running);
        await store.Jobs.AddAsync(new Job { Name = "k", ProjectId = "p" }, Stop);
        await store.Jobs.AddAsync(new Job { Name = "l", ProjectId = "p" }, Stop);

        var counts = await store.Jobs.CountAsync(Stop);
        var running = await store.Jobs.ListAsync(null, JobStatus.Running, 10, null, Stop);

        Assert.Equal((1, 2), (counts.Value![JobStatus.Running], counts.Value[JobStatus.Pending]));
        Assert.Equal(["j"], running.Value!.Items.Select(j => j.Name));
        Assert.Equal(3, (await store.Jobs.ListAsync(running.Value.Items[0].ProjectId, null, 10, null, Stop)).Value!.Items.Count);
        Assert.True((await store.Jobs.RemoveAsync("j", Stop)).Success);
        Assert.Equal(2, (await store.Jobs.ListAsync(null, null, 10, null, Stop)).Value!.Items.Count);
    }

    private static async Task<StoreBackend> JobAsync(StoreKind kind, JobStatus status = JobStatus.Pending)
    {
        var store = await StoreBackend.NewAsync(kind);
        await store.Connections.AddAsync(new Connection { Name = "c", Hostname = "h" }, Stop);
        await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "c" }, Stop);
        Assert.True((await store.Jobs.AddAsync(new Job { Name = "j", ProjectId = "p", ModelName = "model", Status = status }, Stop)).Success);
        return store;
    }

    private static Task<StoreResult<Job>> MoveAsync(StoreBackend store, JobStatus to) =>
        store.Jobs.ChangeAsync("j", j => j with { Status = to }, Stop);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
