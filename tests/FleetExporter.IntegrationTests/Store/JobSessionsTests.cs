using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Jobs in tmux sessions, on every kind of store.</summary>
public sealed class JobSessionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Jobs_in_tmux_sessions_are_found_with_their_output(StoreKind kind)
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
        Assert.Equal(
            ("p", (await store.Connections.FindAsync("c", Stop)).Value!.Id, "job-runs-1", now),
            (late[0].Project, late[0].Connection, late[0].Job.Session, late[0].Job.MetricsAt));
        Assert.Equal((3, "exit code 3"), (late[1].Job.ExitCode, late[1].Job.Reason));

        Assert.Equal("", (await store.Jobs.OutputAsync(runs.Id, Stop)).Value);
        Assert.True((await store.Jobs.SaveOutputAsync(runs.Id, "first", Stop)).Success);
        Assert.True((await store.Jobs.SaveOutputAsync(runs.Id, "ä\u001b[31m\nlast", Stop)).Success);
        Assert.Equal("ä\u001b[31m\nlast", (await store.Jobs.OutputAsync(runs.Id, Stop)).Value);
        Assert.IsType<StoreError.NotFound>((await store.Jobs.SaveOutputAsync("nosuch", "x", Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Jobs_in_tmux_sessions_protect_their_project_and_connection(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var job = await AddAsync(store, "runs", JobStatus.Running);
        await store.Jobs.ChangeAsync("runs", j => j with { Session = "job-runs-1" }, Stop);

        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Projects.RemoveAsync("p", true, Stop)).Error).Field);
        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Connections.RemoveAsync("c", true, Stop)).Error).Field);

        await store.Jobs.ChangeAsync("runs", j => j with { Status = JobStatus.Cancelled, Session = null }, Stop);
        await store.Jobs.SaveOutputAsync(job.Id, "x", Stop);
        Assert.True((await store.Connections.RemoveAsync("c", true, Stop)).Success);
        Assert.Equal("", (await store.Jobs.OutputAsync(job.Id, Stop)).Value);
    }

    [Theory, EveryStore]
    public async Task Reports_and_removal_do_not_affect_a_tmux_session(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await AddAsync(store, "runs", JobStatus.Running);
        await store.Jobs.ChangeAsync("runs", j => j with { Session = "job-runs-1" }, Stop);

        var reported = await store.Jobs.ReportAsync("runs", j => j with { Status = JobStatus.Completed }, Stop);
        Assert.Equal("status", Assert.IsType<StoreError.Conflict>(reported.Error).Field);
        Assert.Equal("m", (await store.Jobs.ReportAsync("runs", j => j with { ModelName = "m" }, Stop)).Value!.ModelName);
        Assert.Equal("status", Assert.IsType<StoreError.Conflict>((await store.Jobs.RemoveAsync("runs", Stop)).Error).Field);

        // Ended, with its tmux session not removed yet.
        Assert.True((await store.Jobs.ChangeAsync("runs", j => j with { Status = JobStatus.Failed }, Stop)).Success);
        Assert.Equal("status", Assert.IsType<StoreError.Conflict>((await store.Jobs.RemoveAsync("runs", Stop)).Error).Field);
        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Projects.RemoveAsync("p", true, Stop)).Error).Field);
        Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Connections.RemoveAsync("c", true, Stop)).Error).Field);

        await store.Jobs.ChangeAsync("runs", j => j with { Session = null }, Stop);
        Assert.True((await store.Jobs.RemoveAsync("runs", Stop)).Success);
    }

    [Theory, EveryStore]
    public async Task A_tmux_session_pins_the_address_of_its_connection(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var one = await AddAsync(store, "one", JobStatus.Pending);
        var two = await AddAsync(store, "two", JobStatus.Pending);
        var before = (await store.Connections.FindAsync("c", Stop)).Value!;
        Assert.True((await store.Connections.ChangeAsync("c", c => c with { Port = 23 }, Stop)).Success);

        // Started while the connection had another address.
        Assert.Equal("connection", Assert.IsType<StoreError.Conflict>((await store.Jobs.MarkRunningAsync(one, "s-1", before, Stop)).Error).Field);
        Assert.Equal(
            (JobStatus.Pending, null),
            ((await store.Jobs.FindAsync("one", Stop)).Value!.Status, (await store.Jobs.FindAsync("one", Stop)).Value!.Session));
        var now = (await store.Connections.FindAsync("c", Stop)).Value!;
        Assert.Equal(
            (JobStatus.Running, "s-1"),
            ((await store.Jobs.MarkRunningAsync(one, "s-1", now, Stop)).Value!.Status, (await store.Jobs.FindAsync("one", Stop)).Value!.Session));
        Assert.Equal("s-1", (await store.Jobs.MarkRunningAsync(one, "s-2", now, Stop)).Value!.Session);

        Func<Connection, Connection>[] moves = [c => c with { Hostname = "d" }, c => c with { Port = null }, c => c with { Username = "bob" }];
        foreach (var move in moves)
        {
            Assert.Equal("jobs", Assert.IsType<StoreError.Conflict>((await store.Connections.ChangeAsync("c", move, Stop)).Error).Field);
        }

        Assert.True((await store.Connections.ChangeAsync(
            "c", c => c with { Name = "e", Port = 23, ExecPolicy = FleetExporter.Config.ExecPolicy.Off }, Stop)).Success);
        await store.Jobs.ChangeAsync("one", j => j with { Status = JobStatus.Completed, Session = null }, Stop);
        Assert.True((await store.Connections.ChangeAsync("e", moves[0], Stop)).Success);

        // In any order, no tmux session is on an address that its connection does not have.
        for (var n = 0; n < 5; n++)
        {
            var at = (await store.Connections.FindAsync("e", Stop)).Value!;
            var port = 1000 + n;
            var begin = store.Jobs.MarkRunningAsync(two, "s", at, Stop);
            var move = store.Connections.ChangeAsync("e", c => c with { Port = port }, Stop);
            await Task.WhenAll(begin, move);
            Assert.True((await begin).Success != (await move).Success, $"{(await begin).Error} {(await move).Error}");
            if ((await begin).Success)
            {
                await store.Jobs.ChangeAsync(two.Id, j => j with { Status = JobStatus.Completed, Session = null }, Stop);
                two = (await store.Jobs.AddAsync(new Job { ProjectId = "p", Name = $"two{n}" }, Stop)).Value!;
            }
        }
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
