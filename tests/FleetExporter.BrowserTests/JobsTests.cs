using System.Net.Http.Json;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Training jobs that the page creates, starts, shows and cancels; they run in tmux on a real host.</summary>
public sealed class JobsTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_job_runs_in_tmux_shows_its_metrics_and_is_cancelled_with_all_its_processes()
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(visit, "vision");
        const string Command = """
            n=0; while :; do n=$((n+1)); echo "{\"epoch\": $n, \"total_epochs\": 1000, \"train_loss\": 0.5}"; sleep 1; done & exec sleep 741
            """;
        await CreateJobAsync(visit, "vision", "vit-run", Command);

        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("running");
        await Expect(visit.Find("job-detail")).ToContainTextAsync("running for");
        await Expect(visit.Find("job-detail")).Not.ToContainTextAsync("took");
        Assert.Single(await JobSessionsAsync("vit-run"));
        Assert.True(IsRunning("sleep 741"));
        await Expect(visit.Find("job-output")).ToContainTextAsync("train_loss");
        await Expect(visit.Find("job-metrics")).ToContainTextAsync("train_loss");
        await Expect(visit.Find("job-detail-progress")).ToContainTextAsync("/ 1000");
        await visit.Find("jobs-back").ClickAsync();
        await Expect(Row(visit, "vit-run")).ToContainTextAsync("vision");
        await Row(visit, "vit-run").GetByRole(AriaRole.Link).First.ClickAsync();

        await visit.Find("job-cancel").ClickAsync();
        await Expect(visit.Find("job-cancel-dialog")).ToContainTextAsync("vit-run");
        // Neither button is called just "Cancel", and the harmless one has the focus.
        await Expect(visit.Find("job-cancel-dialog-submit")).ToHaveTextAsync("Cancel the job");
        await Expect(visit.Find("dialog-cancel")).ToHaveTextAsync("Keep it running");
        await Expect(visit.Find("dialog-cancel")).ToBeFocusedAsync();
        await visit.Find("job-cancel-dialog-submit").ClickAsync();

        await Expect(visit.Find("toast").Filter(new() { HasText = "vit-run cancelled." })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("cancelled", new() { Timeout = 30_000 });
        Assert.Empty(await JobSessionsAsync("vit-run"));
        Assert.False(IsRunning("sleep 741"));
        Assert.Contains(SmallFleet.TrainingSession, (await fleet.Tmux.NamesAsync()).Values);
        // Its output is still there.
        await Expect(visit.Find("job-output")).ToContainTextAsync("train_loss");
    }

    [Fact]
    public async Task Ended_jobs_show_their_result_and_can_be_deleted()
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(visit, "short");
        await CreateJobAsync(visit, "short", "good", "echo all is done; touch good-job");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("completed", new() { Timeout = 30_000 });
        Assert.True(File.Exists(Path.Combine(fleet.Box.User.Home, "good-job")));
        await visit.Find("jobs-back").ClickAsync();
        await CreateJobAsync(visit, "short", "bad", "echo out of memory; exit 7");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("failed", new() { Timeout = 30_000 });
        await Expect(visit.Find("job-reason")).ToContainTextAsync("7");
        await Expect(visit.Find("job-output")).ToContainTextAsync("out of memory");

        await visit.Find("job-delete").ClickAsync();
        await visit.Find("job-delete-dialog-submit").ClickAsync();
        await Expect(Row(visit, "bad")).ToHaveCountAsync(0);
        await Expect(Row(visit, "good")).ToBeVisibleAsync();
        await visit.Find("choice-failed").ClickAsync();
        await Expect(Row(visit, "good")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Toasts_of_one_job_disappear_when_another_view_opens()
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(visit, "said");
        await CreateJobAsync(visit, "said", "first", "exit 0");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("completed", new() { Timeout = 30_000 });
        await visit.Page.EvaluateAsync("async () => (await import('/core/ui.js')).toast('of the first')");
        await visit.Page.EvaluateAsync("async () => (await import('/core/ui.js')).toast('a failure', 'bad')");
        await Expect(visit.Find("toast").Filter(new() { HasText = "of the first" })).ToHaveCountAsync(1);

        await visit.Find("jobs-back").ClickAsync();

        await Expect(visit.Find("toast").Filter(new() { HasText = "of the first" })).ToHaveCountAsync(0, new() { Timeout = 2000 });
        // Errors stay: they name their subject.
        await Expect(visit.Find("toast")).ToHaveTextAsync("a failure");
    }

    [Fact]
    public async Task The_form_requires_a_command_and_a_job_without_one_cannot_be_started()
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(visit, "empty");
        await visit.Find("job-new").ClickAsync();
        await visit.Find("job-project").SelectOptionAsync(new SelectOptionValue { Label = "empty" });
        await visit.Find("job-name").FillAsync("without-a-command");
        await visit.Find("job-form-submit").ClickAsync();
        Assert.True(await visit.Find("job-command").EvaluateAsync<bool>("e => e.validity.valueMissing"));
        await Expect(visit.Find("job-form")).ToBeVisibleAsync();
        await visit.Find("job-command").FillAsync("  ");
        await visit.Find("job-form-submit").ClickAsync();
        await Expect(visit.Find("job-form")).ToContainTextAsync("Enter a command.");
        await visit.Find("dialog-cancel").ClickAsync();
        await Expect(Row(visit, "without-a-command")).ToHaveCountAsync(0);

        // A job that runs elsewhere and only reports its state.
        using var made = await fleet.Exporter.Http.PostAsJsonAsync(
            "/api/dgx/jobs", new { project_id = "empty", name = "reported" }, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Created, made.StatusCode);
        await Row(visit, "reported").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(visit.Find("job-detail")).ToContainTextAsync("The job has no command");
        await Expect(visit.Find("job-delete")).ToBeVisibleAsync();
        await Expect(visit.Find("job-start")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Job_output_stays_text()
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(visit, "<b onclick=alert(3)>odd");
        const string Print = @"printf '<img src=x onerror=alert(2)>\n\033[31mred\033[0m\n'; printf 'a\342\200\256b\n'";
        const string Command = Print + @"; head -c 4000 /dev/zero | tr '\0' W; sleep 742";
        await CreateJobAsync(visit, "<b onclick=alert(3)>odd", "<img src=x onerror=alert(1)>", Command);

        await Expect(visit.Find("job-output")).ToContainTextAsync("<img src=x onerror=alert(2)>");
        await Expect(visit.Find("job-output")).ToContainTextAsync("a‹U+202E›b");
        await HostileTextTests.AssertOnlyTextAsync(visit);
        await visit.Find("job-cancel").ClickAsync();
        await visit.Find("job-cancel-dialog-submit").ClickAsync();
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("cancelled", new() { Timeout = 30_000 });
        await visit.Find("jobs-back").ClickAsync();
        await HostileTextTests.AssertOnlyTextAsync(visit);
    }

    [Fact]
    public async Task A_job_on_an_unreachable_host_can_be_cancelled_with_force()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config("exec: { policy: any }") + SmallFleet.KeysYaml + "\n");
        await exporter.UntilOnlineAsync();
        var visit = await VisitAsync(exporter, new("jobs", SmallFleet.OperatorKey));
        visit.ExpectStatus("/cancel", 502);
        visit.ExpectStatus("/output", 502);
        await CreateProjectAsync(visit, "vision");
        await CreateJobAsync(visit, "vision", "lost", "sleep 744");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("running");
        await machine.Server.DisposeAsync();
        await exporter.UntilFailsAsync("refused");

        await visit.Find("job-cancel").ClickAsync();
        await visit.Find("job-cancel-dialog-submit").ClickAsync();
        await Expect(visit.Find("job-cancel-dialog-error")).ToContainTextAsync("force");
        await visit.Find("job-cancel-force").CheckAsync();
        await visit.Find("job-cancel-dialog-submit").ClickAsync();
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("cancelled", new() { Timeout = 30_000 });
        await Expect(visit.Find("job-reason")).Not.ToBeEmptyAsync();
        await CloseAsync();
    }

    [Fact]
    public async Task A_read_only_key_shows_jobs_without_actions_or_output()
    {
        var creator = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey));
        await CreateProjectAsync(creator, "seen");
        await CreateJobAsync(creator, "seen", "watched", "echo printed-$((40+2)); sleep 743");
        await Expect(creator.Find("job-output")).ToContainTextAsync("printed-42");

        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.ReaderKey));
        await Row(visit, "watched").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("running");
        await Expect(visit.Find("job-detail")).ToContainTextAsync("Output needs the scope control.");
        await Expect(visit.Find("job-cancel")).ToHaveCountAsync(0);
        // A read-only key shows the command but not its output.
        await Expect(visit.Find("view-jobs")).ToContainTextAsync("printed-$((40+2))");
        await Expect(visit.Find("view-jobs")).Not.ToContainTextAsync("printed-42");
    }

    private static ILocator Row(Visit visit, string job) =>
        visit.Visible("job").Filter(new() { Has = visit.Page.GetByText(job, new() { Exact = true }) });

    internal static async Task CreateProjectAsync(Visit visit, string name)
    {
        await visit.Find("project-new").ClickAsync();
        await visit.Find("project-name").FillAsync(name);
        await visit.Find("project-connection").SelectOptionAsync(new SelectOptionValue { Label = "box" });
        await visit.Find("project-form-submit").ClickAsync();
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Visible("project").Filter(new() { HasText = name })).ToBeVisibleAsync();
    }

    internal static async Task CreateJobAsync(Visit visit, string project, string name, string command)
    {
        await visit.Find("job-new").ClickAsync();
        await visit.Find("job-project").SelectOptionAsync(new SelectOptionValue { Label = project });
        await visit.Find("job-name").FillAsync(name);
        await visit.Find("job-model").FillAsync("ViT-B/16");
        await visit.Find("job-command").FillAsync(command);
        await visit.Find("job-start-now").CheckAsync();
        await visit.Find("job-form-submit").ClickAsync();
        await Expect(visit.Find("job-detail")).ToContainTextAsync(name);
    }

    private bool IsRunning(string command) => fleet.Box.User.Processes.Any(p => p.CommandLine == command);

    private async Task<List<string>> JobSessionsAsync(string job) =>
        [.. (await fleet.Tmux.NamesAsync()).Values.Where(n => n.StartsWith("job-" + job, StringComparison.Ordinal))];
}
