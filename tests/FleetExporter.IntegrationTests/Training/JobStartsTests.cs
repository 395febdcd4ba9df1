using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Training;

/// <summary>What may be started, and that it arrives as it was written.</summary>
public abstract class JobStartsTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_job_obeys_the_policy_of_its_host()
    {
        await using var box = await JobMachine.StartAsync(Client, "exec: { policy: allow_list }\ncommands: [\"sleep 600\"]");
        await box.MakeAsync("other", "sleep 600 ");
        await box.StartAsync("listed", "sleep 600");

        Assert.Equal(403, (await box.PostAsync("other", "start")).Status);
        Assert.Equal("pending", (await box.JobAsync("other")).Text("status"));
        Assert.Equal(409, (await box.PostAsync("listed", "start")).Status);
        var put = await box.Exporter.Http.PutAsJsonAsync("/api/dgx/jobs/listed", new { status = "completed" }, TestContext.Current.CancellationToken);
        Assert.Equal(409, (int)put.StatusCode);
        Assert.Equal(409, (int)(await box.Exporter.Http.DeleteAsync("/api/dgx/jobs/listed", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(200, (await box.PostAsync("listed", "cancel")).Status);
        Assert.Equal(204, (int)(await box.Exporter.Http.DeleteAsync("/api/dgx/jobs/listed", TestContext.Current.CancellationToken)).StatusCode);

        await box.Exporter.DisposeAsync();
        await box.WatchAsync("");
        var (status, problem) = await box.PostAsync("other", "start");
        Assert.Equal(403, status);
        Assert.Contains("exec.policy", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tmux_session_of_a_job_names_it()
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.Tmux.CreateAsync("another");
        var job = await box.StartAsync("named", "sleep 600");

        var session = await Until.SeenAsync(
            async () => (await box.Exporter.JsonAsync("/api/sessions")).List("items").FirstOrDefault(s => s["job"] is not null),
            "the job is named", () => box.Exporter.Log);
        Assert.Equal((job.Text("id"), job.Text("session")), (session.Text("job"), session.Text("name")));
        Assert.Single((await box.Exporter.JsonAsync("/api/sessions")).List("items"), s => s["job"] is null);
    }

    [Fact]
    public async Task What_cannot_start_stays_pending_and_says_why()
    {
        await using var nowhere = await JobMachine.StartAsync(Client, folder: "/does/not/exist");
        await nowhere.MakeAsync("a", "id");
        var (status, problem) = await nowhere.PostAsync("a", "start");
        Assert.Equal(409, status);
        Assert.Contains("/does/not/exist", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("pending", (await nowhere.JobAsync("a")).Text("status"));
        Assert.Empty(await nowhere.SessionsAsync());

        await using var without = await JobMachine.StartAsync(Client, hides: "tmux");
        await without.MakeAsync("a", "id");
        (status, problem) = await without.PostAsync("a", "start");
        Assert.Equal(409, status);
        Assert.Contains("tmux is not installed", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_is_started_by_two_at_once_runs_once()
    {
        await using var box = await JobMachine.StartAsync(Client);
        await box.MakeAsync("one", "sleep 600");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => box.PostAsync("one", "start")));

        Assert.Single(answers, a => a.Status == 200);
        Assert.Equal(4, answers.Count(a => a.Status == 409));
        await Until.TrueAsync(() => box.Runs("sleep 600"), "it runs", () => box.Exporter.Log);
        Assert.Single(box.Machine.User.Processes, p => p.CommandLine == "sleep 600");
        Assert.Equal(200, (await box.PostAsync("one", "cancel")).Status);
    }

    /// <summary>What shells, tmux and its formats have a meaning for.</summary>
    private static readonly string[] Hostile =
    [
        "'", "\"", "$HOME `id` $(id)", "a\nb\n", "\\", "ä€😀", ";", "a;", "\\;", "#{pid} #S %%", "*", "{", "}", "~", "!", "&", "|", "\t ",
        "-n", "'\\''", "\u0001\u001b[31m", "$$", "@ID@",
    ];

    private protected async Task EveryTextArrivesAsync(string shell)
    {
        var random = new Random(20261121);
        var combined = Enumerable.Range(0, LongForm.Count(4, 12)).Select(_ => string.Concat(random.GetItems(Hostile, random.Next(1, 40))));
        List<string> texts = [.. Hostile, .. combined];
        await using var box = await JobMachine.StartAsync(Client, shell: shell);

        // The text ends the command, or stands in the midst of it.
        var n = 0;
        foreach (var text in texts)
        {
            var quoted = "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
            var command = n % 2 == 0
                ? $"printf %s {quoted} >text.{n}; mv text.{n} out.{n};"
                : $"exec >out.{n}.new; mv out.{n}.new out.{n}; printf %s {quoted}";
            await box.StartAsync($"job {n}", command);
            n++;
        }

        for (n = 0; n < texts.Count; n++)
        {
            Assert.Equal("completed", (await box.UntilOverAsync($"job {n}")).Text("status"));
            var output = Path.Combine(box.Machine.User.Home, $"out.{n}");
            Assert.Equal(texts[n], await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        }
    }

    public sealed class WithBuiltinClient() : JobStartsTests("builtin")
    {
        [Theory]
        [InlineData("/bin/bash")]
        [InlineData("/bin/dash")]
        public Task Every_text_arrives_exactly(string shell) => EveryTextArrivesAsync(shell);
    }

    public sealed class WithOpenSsh() : JobStartsTests("openssh")
    {
        [Fact]
        public Task Every_text_arrives_exactly() => EveryTextArrivesAsync("/bin/dash");
    }
}
