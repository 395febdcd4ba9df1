using System.Text.Json.Nodes;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Control.Training;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Control.Training;

/// <summary>Starting and cancelling jobs without HTTP: what is checked, what is audited, and how it ends.</summary>
public sealed class JobActionsTests
{
    private const string Any = "hosts: [{ name: a, address: a.lan, exec: { policy: any } }]";
    private const string Off = "hosts: [{ name: a, address: a.lan }]";

    [Fact]
    public async Task A_job_is_started_and_cancelled_on_its_host()
    {
        await using var fixture = await Fixture.OpenAsync(Any);
        await fixture.AddAsync("train", "sleep 600");

        var started = Assert.IsType<JobOutcome.Done>(await fixture.StartAsync("train")).Job;
        Assert.Equal(JobStatus.Running, started.Status);
        Assert.Equal([started.Id], fixture.Hosts.On(""));
        var cancelled = Assert.IsType<JobOutcome.Done>(await fixture.CancelAsync("train")).Job;

        Assert.Equal((JobStatus.Cancelled, null), (cancelled.Status, cancelled.Session));
        Assert.Empty(fixture.Hosts.On(""));
        Assert.Equal(
            [
                "job_start begun train sleep 600 -", "job_start ok train - -",
                "job_cancel begun train - -", "job_cancel ok train - -",
            ],
            await fixture.Actions.RowsAsync());
    }

    [Theory]
    [InlineData(Any, "nobody", "StoreFailed", "job_start failed nobody - -")]
    [InlineData(Any, "empty", "InvalidConfig", "job_start failed empty - -")]
    [InlineData(Off, "train", "Refused", "job_start denied train sleep 600 -")]
    public async Task What_is_refused_does_not_start_and_has_one_row(string yml, string key, string expected, string row)
    {
        await using var fixture = await Fixture.OpenAsync(yml);
        await fixture.AddAsync("train", "sleep 600");
        await fixture.AddAsync("empty", null);

        Assert.Equal(expected, (await fixture.StartAsync(key)).GetType().Name);

        Assert.Equal([row], await fixture.Actions.RowsAsync());
        Assert.Equal(0, fixture.Hosts.Asked("", "start"));
    }

    [Fact]
    public async Task A_job_that_runs_is_not_started_again()
    {
        await using var fixture = await Fixture.OpenAsync(Any);
        await fixture.AddAsync("train", "sleep 600");
        await fixture.StartAsync("train");

        var again = Assert.IsType<JobOutcome.StoreFailed>(await fixture.StartAsync("train"));

        Assert.Equal("a job that is running cannot be started", Assert.IsType<StoreError.Conflict>(again.Error).Message);
        Assert.Equal("job_start failed train sleep 600 -", (await fixture.Actions.RowsAsync())[^1]);
    }

    [Fact]
    public async Task Without_its_first_audit_row_a_job_is_neither_started_nor_cancelled()
    {
        await using var fixture = await Fixture.OpenAsync(Any);
        await fixture.AddAsync("runs", "sleep 600");
        await fixture.StartAsync("runs");
        await fixture.AddAsync("train", "sleep 600");
        await fixture.Actions.BreakAuditAsync();

        await Assert.ThrowsAsync<NotAuditedException>(() => fixture.StartAsync("train"));
        await Assert.ThrowsAsync<NotAuditedException>(() => fixture.CancelAsync("runs", force: true));

        Assert.Equal((1, 0), (fixture.Hosts.Asked("", "start"), fixture.Hosts.Asked("", "cancel")));
    }

    [Fact]
    public async Task A_job_whose_host_does_not_end_it_is_cancelled_by_force_only()
    {
        await using var fixture = await Fixture.OpenAsync(Any);
        await fixture.AddAsync("train", "sleep 600");
        await fixture.StartAsync("train");
        fixture.Hosts.Broken[""] = 0;

        Assert.False(Assert.IsType<JobOutcome.HostFailed>(await fixture.CancelAsync("train")).OnHost);
        var forced = Assert.IsType<JobOutcome.Done>(await fixture.CancelAsync("train", force: true)).Job;

        Assert.StartsWith("cancelled without its host, where its processes may still run: ", forced.Reason, StringComparison.Ordinal);
        Assert.Equal(
            [
                "job_cancel begun train - -", "job_cancel failed train - -",
                "job_cancel begun train force=true -", "job_cancel ok train - -",
            ],
            (await fixture.Actions.RowsAsync()).Skip(2));
    }

    [Fact]
    public async Task A_host_that_is_not_watched_is_the_reason()
    {
        await using var fixture = await Fixture.OpenAsync(Any);
        await fixture.AddAsync("train", "sleep 600");
        await fixture.Actions.Watchlist.SwitchAsync("a", on: false);

        var refused = Assert.IsType<JobOutcome.Refused>(await fixture.StartAsync("train"));

        Assert.Equal(RefusalReason.NotWatched, refused.Refusal.Reason);
        Assert.Equal(["job_start failed train sleep 600 -"], await fixture.Actions.RowsAsync());
    }

    private sealed class Fixture : IAsyncDisposable
    {
        private readonly Jobs _jobs;
        private readonly Projects _projects;
        private readonly JobPlaces _places;
        private readonly JobLocks _locks = new();
        private readonly JobFollower _follower;

        private Fixture(ActionFixture world, JobHosts hosts)
        {
            (Actions, Hosts) = (world, hosts);
            _jobs = new Jobs(world.Database);
            _projects = new Projects(world.Database);
            _places = new JobPlaces(_jobs, _projects, world.Connections, world.Watchlist);
            _follower = new JobFollower(
                _jobs, new JobBoard(world.Clock), new JobProgress(_jobs, world.Clock, NullLogger<JobProgress>.Instance), world.Watchlist, _locks,
                world.Config, NullLogger<JobFollower>.Instance,
                new LoopDependencies(new LoopMetrics(new ExporterMetrics()), world.Clock, NullLogger<HostedLoop>.Instance));
        }

        public ActionFixture Actions { get; }

        public JobHosts Hosts { get; }

        public static async Task<Fixture> OpenAsync(string yml)
        {
            var hosts = new JobHosts();
            var world = await ActionFixture.StartAsync(yml, () => ReplayCommand.Running(script => hosts.AnswerAsync("", script)));
            var fixture = new Fixture(world, hosts);
            var added = await fixture._projects.AddAsync(new Project { Name = "vision", ConnectionId = Ids.OfHost("a") }, ActionFixture.Stop);
            Assert.Null(added.Error);
            return fixture;
        }

        public async Task AddAsync(string name, string? command)
        {
            var config = command is null ? new JsonObject() : new JsonObject { ["command"] = command };
            Assert.Null((await _jobs.AddAsync(new Job { Name = name, ProjectId = "vision", Config = config }, ActionFixture.Stop)).Error);
        }

        public Task<JobOutcome> StartAsync(string key) =>
            new StartJob(_jobs, _places, _locks, _follower, Actions.Clock).StartAsync(Actions.Call(ControlAction.JobStart), key, ActionFixture.Stop);

        public Task<JobOutcome> CancelAsync(string key, bool force = false) =>
            new CancelJob(_jobs, _places, _locks, _follower, Actions.Clock)
                .CancelAsync(Actions.Call(ControlAction.JobCancel), key, force, ActionFixture.Stop);

        public async ValueTask DisposeAsync()
        {
            _follower.Dispose();
            await Actions.DisposeAsync();
        }
    }
}
