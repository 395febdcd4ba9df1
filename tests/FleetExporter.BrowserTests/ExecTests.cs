using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Commands run on real hosts from the page.</summary>
public sealed class ExecTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_command_runs_on_the_selected_host_only()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "echo as $(id -un); echo oops >&2; touch ran-here; exit 3");

        var run = visit.Find("exec-run");
        await Expect(run.GetByTestId("exec-state")).ToHaveTextAsync("exit 3");
        await Expect(run.GetByTestId("output")).ToContainTextAsync($"as {fleet.Box.User.Name}");
        await Expect(run.GetByTestId("output").Locator(".stderr")).ToHaveTextAsync("oops");
        Assert.True(File.Exists(Path.Combine(fleet.Box.User.Home, "ran-here")));
        Assert.False(File.Exists(Path.Combine(fleet.Other.User.Home, "ran-here")));
        var before = visit.Find("history-entry").Filter(new() { HasText = "touch ran-here" });
        await Expect(before).ToContainTextAsync("operator");
        await Expect(before.GetByTestId("history-state")).ToHaveTextAsync("exit 3");
        await before.GetByTestId("history-again").ClickAsync();
        await Expect(visit.Find("exec-command")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^echo as"));
    }

    [Fact]
    public async Task Again_restores_command_hosts_folder_and_time_limit()
    {
        var visit = await OpenAsync("other");
        await visit.Find("exec-folder").FillAsync("/usr");
        await visit.Find("exec-timeout").FillAsync("7");
        await RunAsync(visit, "pwd; : once");
        await Expect(visit.CommandRun("other").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        await visit.HostOption("box").ClickAsync();
        await visit.Find("exec-folder").FillAsync("");
        await RunAsync(visit, "pwd; : twice");
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        // The form has been filled with something else meanwhile.
        await visit.HostOption("other").ClickAsync();
        await visit.Find("exec-folder").FillAsync("/var");
        await visit.Find("exec-timeout").FillAsync("9");
        await visit.Find("exec-filter").FillAsync("box");

        await visit.Find("history-entry").Filter(new() { HasText = ": once" }).GetByTestId("history-again").ClickAsync();
        await AssertFormAsync("pwd; : once", "/usr", ["other"]);
        await visit.Find("exec-batch").Filter(new() { HasText = ": twice" }).GetByTestId("exec-again").ClickAsync();
        await AssertFormAsync("pwd; : twice", "", ["box", "other"]);

        async Task AssertFormAsync(string command, string folder, string[] hosts)
        {
            await Expect(visit.Find("exec-command")).ToHaveValueAsync(command);
            await Expect(visit.Find("exec-folder")).ToHaveValueAsync(folder);
            await Expect(visit.Find("exec-timeout")).ToHaveValueAsync("7");
            await Expect(visit.Find("exec-filter")).ToHaveValueAsync("");
            await Expect(visit.Find("exec-hosts").Locator("input:checked")).ToHaveCountAsync(hosts.Length);
            foreach (var host in hosts)
            {
                await Expect(visit.HostOption(host).Locator("input")).ToBeCheckedAsync();
            }
        }
    }

    [Theory]
    [InlineData(null, "Log in to see the commands that you have run.")]
    [InlineData(SmallFleet.ReaderKey, "Your own commands since the service started. Those of others need the scope control.")]
    [InlineData(SmallFleet.OperatorKey, "Commands of all keys, the last 200 since the service started.")]
    public async Task The_history_says_whose_commands_it_lists(string? key, string text)
    {
        var visit = await VisitAsync(fleet.Exporter, new("exec", key));

        await Expect(visit.Find("exec-scope")).ToHaveTextAsync(text);
        var none = visit.Find("view-exec").GetByText("You have run no command since the service started");
        await Expect(none).ToHaveCountAsync(key == SmallFleet.ReaderKey ? 1 : 0);
    }

    [Fact]
    public async Task A_command_runs_on_several_hosts_at_once()
    {
        var visit = await OpenAsync("box", "other");
        await Expect(visit.Find("exec-run-button")).ToHaveTextAsync("Run on 2 hosts");
        await visit.Find("exec-folder").FillAsync("/usr");
        await RunAsync(visit, "pwd; id -un; echo done > ~/on-several");

        foreach (var (host, user) in (IEnumerable<(string, TestUser)>)[("box", fleet.Box.User), ("other", fleet.Other.User)])
        {
            var run = visit.CommandRun(host);
            await Expect(run.GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
            await Expect(run.GetByTestId("output").Locator(".stdout")).ToHaveTextAsync(["/usr", user.Name]);
            Assert.Equal("done\n", await File.ReadAllTextAsync(Path.Combine(user.Home, "on-several"), TestContext.Current.CancellationToken));
        }

        await Expect(visit.Find("toast").Last).ToContainTextAsync("Done on 2 hosts.");
    }

    [Fact]
    public async Task At_most_four_commands_run_at_once_so_that_the_page_keeps_its_connections()
    {
        var visit = await OpenAsync("box", "other");
        for (var n = 0; n < 3; n++)
        {
            await RunAsync(visit, "sleep 300");
        }

        var states = visit.Find("exec-state");
        await Expect(states.Filter(new() { HasText = "running" })).ToHaveCountAsync(4);
        await Expect(states.Filter(new() { HasText = "queued" })).ToHaveCountAsync(2);
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");
        for (var n = 0; n < 3; n++)
        {
            await visit.Find("exec-cancel-all").First.ClickAsync();
            await Expect(visit.Find("exec-cancel-all")).ToHaveCountAsync(2 - n);
        }

        await Expect(states.Filter(new() { HasText = "cancelled" })).ToHaveCountAsync(4);
        await Expect(states.Filter(new() { HasText = "not started" })).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Cancel_ends_the_command_on_the_host()
    {
        var visit = await OpenAsync("box", "other");
        await RunAsync(visit, "echo begun; sleep 731");
        await Until.TrueAsync(() => IsSleeping(fleet.Box, 731) && IsSleeping(fleet.Other, 731), "it runs on both", () => fleet.Exporter.Log);
        // Output is shown while the command runs.
        await Expect(visit.CommandRun("box").GetByTestId("output")).ToContainTextAsync("begun");

        await visit.CommandRun("box").GetByTestId("exec-cancel").ClickAsync();
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("cancelled");
        Assert.False(IsSleeping(fleet.Box, 731));
        Assert.True(IsSleeping(fleet.Other, 731));

        await visit.Find("exec-cancel-all").ClickAsync();
        await Expect(visit.CommandRun("other").GetByTestId("exec-state")).ToHaveTextAsync("cancelled");
        Assert.False(IsSleeping(fleet.Other, 731));
    }

    [Fact]
    public async Task A_time_limit_and_closing_the_page_end_a_command()
    {
        var visit = await OpenAsync("box");
        await visit.Find("exec-timeout").FillAsync("1");
        await RunAsync(visit, "sleep 732");
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("timed out");
        Assert.False(IsSleeping(fleet.Box, 732));
        await Expect(visit.Find("history-entry").Filter(new() { HasText = "sleep 732" }).GetByTestId("history-state")).ToHaveTextAsync("timed out");

        await visit.Find("exec-timeout").FillAsync("60");
        await RunAsync(visit, "sleep 733");
        await Until.TrueAsync(() => IsSleeping(fleet.Box, 733), "it runs", () => fleet.Exporter.Log);
        await visit.Page.CloseAsync();
        await Until.TrueAsync(() => !IsSleeping(fleet.Box, 733), "closing the page ends it", () => fleet.Exporter.Log);
    }

    [Fact]
    public async Task Hosts_that_cannot_run_commands_cannot_be_selected()
    {
        var visit = await OpenAsync();

        await Expect(visit.HostOption("quiet").Locator("input")).ToBeDisabledAsync();
        await Expect(visit.HostOption("quiet")).ToContainTextAsync("commands are off");
        await Expect(visit.HostOption("away").Locator("input")).ToBeDisabledAsync();
        await Expect(visit.Find("exec-run-button")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Fifty_megabytes_of_output_do_not_overload_the_page()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "yes 'a line of output that comes again and again' | head -c 50000000");

        await Expect(visit.CommandRun("box").GetByTestId("exec-state"))
            .ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(exit|ended)"), new() { Timeout = 30_000 });
        await Expect(visit.CommandRun("box").GetByTestId("output")).ToContainTextAsync("earlier lines not shown");
        Assert.InRange(await visit.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 500, 4000);
    }

    [Fact]
    public async Task All_lines_that_are_not_shown_are_counted()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "seq 1 200000");

        var output = visit.CommandRun("box").GetByTestId("output");
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0", new() { Timeout = 30_000 });
        await Expect(output.Locator(".stdout").Last).ToHaveTextAsync("200000");
        await Expect(output.Locator(".stdout")).ToHaveCountAsync(2000);
        await Expect(output.Locator("p")).ToHaveTextAsync("198000 earlier lines not shown");
    }

    private static bool IsSleeping(WatchedMachine machine, int seconds) => machine.User.Processes.Any(p => p.CommandLine == $"sleep {seconds}");

    private async Task<Visit> OpenAsync(params string[] hosts)
    {
        var visit = await VisitAsync(fleet.Exporter, new("exec", SmallFleet.OperatorKey));
        foreach (var host in hosts)
        {
            await visit.HostOption(host).ClickAsync();
        }

        return visit;
    }

    private static async Task RunAsync(Visit visit, string command)
    {
        await visit.Find("exec-command").FillAsync(command);
        await visit.Find("exec-run-button").ClickAsync();
    }
}
