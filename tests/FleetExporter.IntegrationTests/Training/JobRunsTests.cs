using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Training;

/// <summary>Jobs on a real host, in a real tmux: what they print, how they end, and that it is seen.</summary>
public abstract class JobRunsTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_job_runs_reports_and_completes()
    {
        await using var box = await JobMachine.StartAsync(Client);
        var started = await box.StartAsync(
            "Experiment 1", """
            printf '\033[31mrot ä😀\033[0m\n'
            echo '{"epoch": 1, "loss": 0.5, "note": "text", "nested": {"a": 1}}'
            while [ ! -e go ]; do sleep 0.1; done
            echo '{"epoch": 2, "loss": 0.25}'; echo "$CUDA_VISIBLE_DEVICES|$PWD"
            """, gpus: new[] { 0, 1 });

        Assert.Equal("running", started.Text("status"));
        Assert.NotNull(started["started_at"]);
        Assert.Equal($"job-experiment-1-{started.Text("id")[^8..]}", started.Text("session"));
        Assert.Contains(started.Text("session"), await box.SessionsAsync());
        var reported = await box.UntilAsync("Experiment 1", "its numbers", j => j["metrics"]!.Number("epoch") == 1);
        Assert.Equal(["epoch", "loss"], reported["metrics"]!.AsObject().Select(m => m.Key));
        Assert.Contains("rot ä😀", string.Join('\n', await box.OutputAsync("Experiment 1")), StringComparison.Ordinal);
        Assert.Contains("\u001b[31m", string.Join('\n', await box.OutputAsync("Experiment 1")), StringComparison.Ordinal);
        var page = await box.Exporter.UntilAsync("its numbers", p =>
            p.Find("fleet_job_metric", ("training_job", "Experiment 1"), ("name", "loss")) == 0.5);
        Assert.Equal(1, page.Value("fleet_jobs", ("status", "running")));
        Assert.Equal(5, page.Of("fleet_jobs").Count());
        Assert.True(page.Value("fleet_job_running_seconds", ("project", "vision"), ("training_job", "Experiment 1")) is >= 0 and < 60);

        await box.Machine.User.WriteAsync("go", "");
        var over = await box.UntilOverAsync("Experiment 1");

        Assert.Equal(("completed", 0.0, ""), (over.Text("status"), over.Number("exit_code"), over.Text("reason")));
        Assert.Equal((2.0, 0.25), (over["metrics"]!.Number("epoch"), over["metrics"]!.Number("loss")));
        Assert.NotNull(over["completed_at"]);
        Assert.Equal($"0,1|{box.Machine.User.Home}", (await box.OutputAsync("Experiment 1"))[^1]);
        Assert.Empty(await box.SessionsAsync());
        page = await box.Exporter.PageAsync();
        Assert.Equal((0, 1), (page.Value("fleet_jobs", ("status", "running")), page.Value("fleet_jobs", ("status", "completed"))));
        Assert.Equal(0.25, page.Value("fleet_job_metric", ("name", "loss")));
        Assert.Empty(page.Of("fleet_job_running_seconds"));
        var audit = (await box.Exporter.JsonAsync("/api/audit")).List("items");
        Assert.Contains(audit, a =>
            a.Text("action") == "job_start" && a.Text("target") == "Experiment 1" && a.Text("command").Contains("while [", StringComparison.Ordinal));
        Assert.DoesNotContain("while [", box.Exporter.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo no; exit 3", 3, "exit code 3")]
    [InlineData("kill -KILL $$", 137, "ended by signal 9 (exit code 137)")]
    [InlineData("exec /does/not/exist", 127, "exit code 127")]
    public async Task A_job_that_fails_says_how(string command, int code, string reason)
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.StartAsync("bad", command);
        var over = await box.UntilOverAsync("bad");

        Assert.Equal(("failed", (double)code, reason), (over.Text("status"), over.Number("exit_code"), over.Text("reason")));
        var page = await box.Exporter.PageAsync();
        Assert.Equal(1, page.Value("fleet_jobs", ("status", "failed")));
        Assert.True(page.Value("fleet_job_failed_timestamp_seconds", ("project", "vision"), ("training_job", "bad"))
            > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);
        Assert.Equal(409, (await box.PostAsync("bad", "start")).Status);
        Assert.Equal(409, (await box.PostAsync("bad", "cancel")).Status);
    }

    [Fact]
    public async Task A_job_whose_session_somebody_kills_has_failed()
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.StartAsync("victim", "sleep 600");
        await box.StartAsync("neighbour", "sleep 601");
        await Until.TrueAsync(() => box.Runs("sleep 600"), "it runs", () => box.Exporter.Log);
        await box.Tmux.RunAsync("kill-session", "-t", "=" + (await box.JobAsync("victim")).Text("session"));
        var over = await box.UntilOverAsync("victim");

        Assert.Equal(
            ("failed", "its tmux session no longer exists: the session was killed, or the tmux server ended"),
            (over.Text("status"), over.Text("reason")));
        Assert.Null(over["exit_code"]);
        Assert.Equal("running", (await box.JobAsync("neighbour")).Text("status"));
        Assert.Equal(200, (await box.PostAsync("neighbour", "cancel")).Status);
    }

    [Fact]
    public async Task Jobs_outlive_the_service_and_get_their_right_end()
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.StartAsync("short", "while [ ! -e go ]; do sleep 0.1; done; echo '{\"loss\": 0.125}'; exit 4");
        await box.StartAsync("gone", "sleep 602");
        await box.StartAsync("long", "sleep 600; exit 5");
        var gone = (await box.JobAsync("gone")).Text("session");
        await box.Exporter.KillAsync();
        await box.Exporter.DisposeAsync();
        await box.Machine.User.WriteAsync("go", "");
        await box.Tmux.RunAsync("kill-session", "-t", "=" + gone);
        Assert.True(box.Runs("sleep 600"));

        await box.WatchAsync();
        var over = await box.UntilOverAsync("short");
        Assert.Equal(("failed", 4.0, 0.125), (over.Text("status"), over.Number("exit_code"), over["metrics"]!.Number("loss")));
        Assert.Equal("failed", (await box.UntilOverAsync("gone")).Text("status"));
        Assert.Equal("running", (await box.JobAsync("long")).Text("status"));

        // And it is followed on.
        box.Machine.User.Processes.Where(p => p.CommandLine == "sleep 600").ToList().ForEach(p => Processes.Send(p.Pid, Signal.Term));
        Assert.Equal(5, (await box.UntilOverAsync("long")).Number("exit_code"));
        Assert.Empty(await box.SessionsAsync());
    }

    private protected async Task CancelledLeavesNothingAsync(string command)
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.Tmux.CreateAsync("other", "exec sleep 999");
        var id = (await box.StartAsync("stubborn", "echo here; " + command)).Text("id");
        await Until.TrueAsync(() => box.Machine.User.Processes.Any(p => p.CommandLine == "sleep 600"), "it runs", () => box.Exporter.Log);
        var (status, job) = await box.PostAsync("stubborn", "cancel");

        Assert.Equal((200, "cancelled"), (status, job.Text("status")));
        Assert.NotNull(job["completed_at"]);
        Assert.False(box.Runs("sleep 600"));
        Assert.False(box.Runs($"fleet-job {id}"));
        Assert.Equal(["other"], await box.SessionsAsync());
        Assert.True(box.Runs("sleep 999"));
        var output = await box.OutputAsync("stubborn");
        Assert.True(output is ["here", ..], $"[{string.Join('|', output)}]\n{job}\n{box.Exporter.Log}");
        Assert.Equal(409, (await box.PostAsync("stubborn", "cancel")).Status);
    }

    public sealed class WithBuiltinClient() : JobRunsTests("builtin")
    {
        [Theory]
        [InlineData("sleep 600")]
        [InlineData("trap '' TERM INT HUP; while :; do sleep 600; done")]
        [InlineData("setsid sh -c \"trap '' TERM HUP; while :; do sleep 600; done\" & sleep 600")]
        [InlineData("(setsid sleep 600 &) ; kill -STOP $$")]
        [InlineData("env -i PATH=$PATH sh -c 'trap \"\" TERM HUP; while :; do sleep 600; done'")]
        public Task Nothing_stays_of_a_job_that_is_cancelled(string command) => CancelledLeavesNothingAsync(command);
    }

    /// <summary>What ends the processes is the script, which is the same.</summary>
    public sealed class WithOpenSsh() : JobRunsTests("openssh")
    {
        [Theory]
        [InlineData("sleep 600")]
        [InlineData("trap '' TERM INT HUP; while :; do sleep 600; done")]
        public Task Nothing_stays_of_a_job_that_is_cancelled(string command) => CancelledLeavesNothingAsync(command);
    }
}
