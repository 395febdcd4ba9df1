using System.Text.Json.Nodes;
using FleetExporter.Control.Training;
using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.Tests.Control.Training;

/// <summary>What a job runs, what its session is called, which of its numbers are taken and shown.</summary>
public sealed class JobRulesTests
{
    [Theory]
    [InlineData("""{"command": "python train.py"}""", null)]
    [InlineData("""{"command": "x", "gpus": [0, 3]}""", "0,3")]
    [InlineData("""{"command": "x", "gpus": []}""", "")]
    [InlineData("""{"command": "x", "gpus": null, "other": {"a": [1]}}""", null)]
    public void A_command_comes_from_the_config(string config, string? gpus) =>
        Assert.Equal(gpus, JobCommand.Read(JsonNode.Parse(config)!.AsObject()).Command!.Gpus);

    [Theory]
    [InlineData("{}", "config.command")]
    [InlineData("""{"command": ""}""", "config.command")]
    [InlineData("""{"command": ["a"]}""", "config.command")]
    [InlineData("""{"command": "a\u0000b"}""", "config.command")]
    [InlineData("""{"command": "x", "gpus": 1}""", "config.gpus")]
    [InlineData("""{"command": "x", "gpus": [-1]}""", "config.gpus")]
    [InlineData("""{"command": "x", "gpus": [1, 1]}""", "config.gpus")]
    [InlineData("""{"command": "x", "gpus": [1.5]}""", "config.gpus")]
    [InlineData("""{"command": "x", "gpus": ["0; rm -rf /"]}""", "config.gpus")]
    [InlineData("""{"command": "x", "gpus": [null]}""", "config.gpus")]
    public void A_wrong_key_is_named(string config, string field) =>
        Assert.Equal([field], JobCommand.Read(JsonNode.Parse(config)!.AsObject()).Errors.Keys);

    [Fact]
    public void A_command_may_have_8_KiB()
    {
        Assert.NotNull(JobCommand.Read(new JsonObject { ["command"] = new string('x', JobCommand.MaxLength) }).Command);
        Assert.Null(JobCommand.Read(new JsonObject { ["command"] = new string('ä', (JobCommand.MaxLength / 2) + 1) }).Command);
    }

    [Theory]
    [InlineData("Experiment 1", "job-experiment-1-0000beef")]
    [InlineData("--- ä#{pid} $(id) ;", "job-pid-id-0000beef")]
    [InlineData("日本", "job-0000beef")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "job-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0000beef")]
    public void A_session_has_a_safe_name_of_its_own(string name, string session) =>
        Assert.Equal(session, StartJob.SessionName(Job(name) with { Id = "019a0000-0000-7000-8000-00000000beef" }));

    [Fact]
    public void Numbers_that_are_new_are_taken_and_names_only_so_many()
    {
        var job = Job("j") with { Metrics = new JsonObject { ["epoch"] = 1, ["note"] = "mine" } };

        Assert.False(JobProgress.With(job, new JsonObject { ["epoch"] = 1.0 }).Changed);
        var (next, changed) = JobProgress.With(job, new JsonObject { ["epoch"] = 2.0, ["note"] = 3.0 });
        Assert.True(changed);
        Assert.Equal("""{"epoch":2,"note":3}""", next.Metrics.ToJsonString());
        var all = job;
        for (var n = 0; n < 1000; n++)
        {
            all = JobProgress.With(all, new JsonObject { [$"m{n}"] = 1.0 }).Job;
        }

        Assert.Equal(128, all.Metrics.Count);
        Assert.True(JobProgress.With(all, new JsonObject { ["epoch"] = 5.0 }).Changed);
    }

    [Theory]
    [InlineData("", 5, "", false)]
    [InlineData("a\nb\n\n  \n", 5, "a|b", false)]
    [InlineData("a\nb\nc\n", 2, "b|c", true)]
    public void The_last_lines_are_those_that_say_something(string text, int lines, string expected, bool truncated)
    {
        var output = JobSession.Last(text, lines);

        Assert.Equal((expected, truncated), (string.Join('|', output.Lines), output.Truncated));
    }

    [Fact]
    public void The_page_has_every_status_running_jobs_and_what_ended_lately()
    {
        var clock = new FakeClock();
        var now = clock.GetUtcNow();
        var board = new JobBoard(clock);
        Assert.Empty(Page(board));

        var metrics = new JsonObject { ["loss"] = 0.5, ["text"] = "x", ["nested"] = new JsonObject(), ["huge"] = JsonNode.Parse("1e999") };
        board.Show(new Dictionary<JobStatus, long> { [JobStatus.Running] = 1, [JobStatus.Failed] = 2 }, [
            new WatchedJob(Job("runs") with { Status = JobStatus.Running, StartedAt = now.AddSeconds(-90), Metrics = metrics }, "p", "box"),
            new WatchedJob(
                Job("just") with { Status = JobStatus.Failed, StartedAt = now.AddHours(-1), CompletedAt = now.AddMinutes(-4), Metrics = metrics },
                "p", "box"),
            new WatchedJob(
                Job("old") with { Status = JobStatus.Failed, StartedAt = now.AddHours(-9), CompletedAt = now.AddMinutes(-6), Metrics = metrics },
                "p", "box"),
        ]);
        var page = Page(board);

        Assert.Equal(5, page.Count(l => l.StartsWith("fleet_jobs{", StringComparison.Ordinal)));
        Assert.Contains("fleet_jobs{status=\"pending\"} 0", page);
        Assert.Contains("fleet_jobs{status=\"failed\"} 2", page);
        Assert.Contains("fleet_job_running_seconds{project=\"p\",training_job=\"runs\"} 90", page);
        Assert.Equal(
            ["just", "runs"], page.Where(l => l.StartsWith("fleet_job_metric{", StringComparison.Ordinal)).Select(l => l.Split('"')[3]).Order());
        Assert.Equal(
            ["just", "old"],
            page.Where(l => l.StartsWith("fleet_job_failed_timestamp_seconds{", StringComparison.Ordinal)).Select(l => l.Split('"')[3]).Order());
        Assert.Single(page, l => l.StartsWith("fleet_job_last_metric_timestamp_seconds{", StringComparison.Ordinal));
    }

    private static Job Job(string name) => new() { Id = "j", ProjectId = "p", Name = name };

    private static List<string> Page(JobBoard board)
    {
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        board.WriteTo(page);
        return [.. page.ToString().Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
    }
}
