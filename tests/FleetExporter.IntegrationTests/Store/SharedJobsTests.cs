using FleetExporter.Control.Training;
using FleetExporter.Parsing;
using FleetExporter.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Two exporters on one store that see the same end of a job write it once.</summary>
public sealed class SharedJobsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task The_first_end_is_final(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await using var other = store.Open();
        var job = await StartAsync(store, "j");
        var (first, second) = (Progress(store, store.Database), Progress(store, other));

        // The first saw no session after a boot, the second without a boot.
        Assert.True(await first.TakeAsync(null!, job, Look(TimeSpan.Zero), Stop));
        var ended = (await store.Jobs.FindAsync("j", Stop)).Value!;
        store.Clock.Now += TimeSpan.FromMinutes(1);
        Assert.True(await second.TakeAsync(null!, job, Look(TimeSpan.FromDays(30)), Stop));

        var after = (await store.Jobs.FindAsync("j", Stop)).Value!;
        Assert.Equal("the host was rebooted while the job ran", after.Reason);
        Assert.Equal(
            (JobStatus.Failed, (string?)null, ended.CompletedAt, ended.Reason), (after.Status, after.Session, after.CompletedAt, after.Reason));
    }

    [Theory, EveryStore]
    public async Task Only_one_of_two_exporters_writes_the_end(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await using var other = store.Open();
        var jobs = new List<Job>();
        for (var i = 0; i < 20; i++)
        {
            jobs.Add(await StartAsync(store, $"j{i}"));
        }

        var written = 0;
        await Task.WhenAll(jobs.SelectMany(job => new[] { EndAsync(store.Jobs, job, 1), EndAsync(new Jobs(other), job, 2) }));

        Assert.Equal(jobs.Count, written);
        foreach (var job in jobs)
        {
            var after = (await store.Jobs.FindAsync(job.Id, Stop)).Value!;
            Assert.Equal($"exit code {after.ExitCode}", after.Reason);
        }

        // As in JobProgress: an ended job is returned unchanged.
        async Task EndAsync(Jobs through, Job job, int code)
        {
            var wrote = false;
            var changed = await through.ChangeAsync(
                job.Id,
                j =>
                {
                    wrote = j.Status == JobStatus.Running;
                    return wrote ? j with { Status = JobStatus.Failed, ExitCode = code, Reason = $"exit code {code}" } : j;
                },
                Stop);
            Assert.Null(changed.Error);
            Interlocked.Add(ref written, wrote ? 1 : 0);
        }
    }

    private static JobPoll Look(TimeSpan uptime) => new(uptime, null, []);

    private static JobProgress Progress(StoreBackend store, Database database) =>
        new(new Jobs(database), store.Clock, NullLogger<JobProgress>.Instance);

    private static async Task<Job> StartAsync(StoreBackend store, string name)
    {
        if (!(await store.Projects.FindAsync("p", Stop)).Success)
        {
            Assert.True((await store.Connections.AddAsync(new Connection { Name = "c", Hostname = "h" }, Stop)).Success);
            Assert.True((await store.Projects.AddAsync(new Project { Name = "p", ConnectionId = "c" }, Stop)).Success);
        }

        Assert.True((await store.Jobs.AddAsync(new Job { Name = name, ProjectId = "p", Status = JobStatus.Running }, Stop)).Success);
        var job = (await store.Jobs.ChangeAsync(name, j => j with { Session = $"job-{j.Name}" }, Stop)).Value!;
        store.Clock.Now += TimeSpan.FromMinutes(1);
        return job;
    }
}
