using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>What the store has of jobs that run in sessions, on every kind of store.</summary>
public sealed class JobSessionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Those_in_sessions_are_found_again_with_what_they_printed(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await AddAsync(store, "pending", JobStatus.Pending);
        var runs = await AddAsync(store, "runs", JobStatus.Running);
        await store.Jobs.ChangeAsync("runs", j => j with { Session = "job-runs-1", Metrics = new JsonObject { ["loss"] = 0.5 } }, Stop);
        await AddAsync(store, "failed", JobStatus.Failed);
        await store.Jobs.ChangeAsync("failed", j => j with { ExitCode = 3, Reason = "exit code 3" }, Stop);
        await AddAsync(store, "completed", JobStatus.Completed);

        var now = store.Clock.Now;
        var all = (await store.Jobs.WatchedAsync(now, now, Stop)).Value!;
        Assert.Equal(["completed", "failed", "runs"], all.Select(w => w.Job.Name).Order(StringComparer.Ordinal));
        var late = (await store.Jobs.WatchedAsync(now, now.AddSeconds(1), Stop)).Value!;
        Assert.Equal(["runs", "failed"], late.Select(w => w.Job.Name));
        Assert.Equal(("p", "c", "job-runs-1", now), (late[0].Project, late[0].Connection, late[0].Job.Session, late[0].Job.MetricsAt));
        Assert.Equal((3, "exit code 3"), (late[1].Job.ExitCode, late[1].Job.Reason));

        Assert.Equal("", (await store.Jobs.OutputAsync(runs.Id, Stop)).Value);
        Assert.True((await store.Jobs.KeepOutputAsync(runs.Id, "first", Stop)).Success);
        Assert.True((await store.Jobs.KeepOutputAsync(runs.Id, "ä\u001b[31m\nlast", Stop)).Success);
        Assert.Equal("ä\u001b[31m\nlast", (await store.Jobs.OutputAsync(runs.Id, Stop)).Value);
        Assert.IsType<StoreError.NotFound>((await store.Jobs.KeepOutputAsync("nosuch", "x", Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task What_runs_in_a_session_is_not_removed_with_its_project_or_connection(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var job = await AddAsync(store, "runs", JobStatus.Running);
        await store.Jobs.ChangeAsync("runs", j => j with { Session = "job-runs-1" }, Stop);

        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Projects.RemoveAsync("p", true, Stop)).Error).Field);
        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Connections.RemoveAsync("c", true, Stop)).Error).Field);

        await store.Jobs.ChangeAsync("runs", j => j with { Status = JobStatus.Cancelled, Session = null }, Stop);
        await store.Jobs.KeepOutputAsync(job.Id, "x", Stop);
        Assert.True((await store.Connections.RemoveAsync("c", true, Stop)).Success);
        Assert.Equal("", (await store.Jobs.OutputAsync(job.Id, Stop)).Value);
    }

    private static async Task<Job> AddAsync(StoreBackend store, string name, JobStatus status)
    {
        await store.Connections.AddAsync(new Connection { Name = "c", Hostname = "c" }, Stop);
        await store.Projects.AddAsync(new Project { ConnectionId = "c", Name = "p" }, Stop);
        var added = await store.Jobs.AddAsync(new Job { ProjectId = "p", Name = name, Status = status }, Stop);
        Assert.True(added.Success, $"{added.Error}");
        return added.Value;
    }
}
