using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Commands that are given on the page and run on real hosts.</summary>
public sealed class ExecTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_command_runs_on_the_chosen_host_and_only_there()
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
    public async Task Again_sets_exactly_what_ran()
    {
        var visit = await OpenAsync("other");
        await visit.Find("exec-folder").FillAsync("/usr");
        await visit.Find("exec-timeout").FillAsync("7");
        await RunAsync(visit, "pwd; : once");
        await Expect(visit.Run("other").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        await visit.Option("box").ClickAsync();
        await visit.Find("exec-folder").FillAsync("");
        await RunAsync(visit, "pwd; : twice");
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        // Something else is about to run.
        await visit.Option("other").ClickAsync();
        await visit.Find("exec-folder").FillAsync("/var");
        await visit.Find("exec-timeout").FillAsync("9");
        await visit.Find("exec-filter").FillAsync("box");

        await visit.Find("history-entry").Filter(new() { HasText = ": once" }).GetByTestId("history-again").ClickAsync();
        await IsSetAsync("pwd; : once", "/usr", ["other"]);
        await visit.Find("exec-batch").Filter(new() { HasText = ": twice" }).GetByTestId("exec-again").ClickAsync();
        await IsSetAsync("pwd; : twice", "", ["box", "other"]);

        async Task IsSetAsync(string command, string folder, string[] hosts)
        {
            await Expect(visit.Find("exec-command")).ToHaveValueAsync(command);
            await Expect(visit.Find("exec-folder")).ToHaveValueAsync(folder);
            await Expect(visit.Find("exec-timeout")).ToHaveValueAsync("7");
            await Expect(visit.Find("exec-filter")).ToHaveValueAsync("");
            await Expect(visit.Find("exec-hosts").Locator("input:checked")).ToHaveCountAsync(hosts.Length);
            foreach (var host in hosts)
            {
                await Expect(visit.Option(host).Locator("input")).ToBeCheckedAsync();
            }
        }
    }

    [Theory]
    [InlineData(null, "Log in to see the commands that you have run.")]
    [InlineData(SmallFleet.Reader, "Your own commands since the service started. Those of others need the scope control.")]
    [InlineData(SmallFleet.Operator, "Commands of all keys, the last 200 since the service started.")]
    public async Task The_list_says_whose_commands_it_has(string? key, string said)
    {
        var visit = await VisitAsync(fleet.Exporter, new("exec", key));

        await Expect(visit.Find("exec-scope")).ToHaveTextAsync(said);
        var none = visit.Find("view-exec").GetByText("You have run no command since the service started");
        await Expect(none).ToHaveCountAsync(key == SmallFleet.Reader ? 1 : 0);
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
            var run = visit.Run(host);
            await Expect(run.GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
            await Expect(run.GetByTestId("output").Locator(".stdout")).ToHaveTextAsync(["/usr", user.Name]);
            Assert.Equal("done\n", await File.ReadAllTextAsync(Path.Combine(user.Home, "on-several"), TestContext.Current.CancellationToken));
        }

        await Expect(visit.Find("toast").Last).ToContainTextAsync("Done on 2 hosts.");
    }

    [Fact]
    public async Task Commands_of_several_orders_wait_for_each_other_so_that_the_page_can_still_ask()
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
        await Until.TrueAsync(() => Sleeps(fleet.Box, 731) && Sleeps(fleet.Other, 731), "it runs on both", () => fleet.Exporter.Log);
        // Output is there while the command runs.
        await Expect(visit.Run("box").GetByTestId("output")).ToContainTextAsync("begun");

        await visit.Run("box").GetByTestId("exec-cancel").ClickAsync();
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync("cancelled");
        Assert.False(Sleeps(fleet.Box, 731));
        Assert.True(Sleeps(fleet.Other, 731));

        await visit.Find("exec-cancel-all").ClickAsync();
        await Expect(visit.Run("other").GetByTestId("exec-state")).ToHaveTextAsync("cancelled");
        Assert.False(Sleeps(fleet.Other, 731));
    }

    [Fact]
    public async Task A_closed_page_and_a_time_limit_end_it_too()
    {
        var visit = await OpenAsync("box");
        await visit.Find("exec-timeout").FillAsync("1");
        await RunAsync(visit, "sleep 732");
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync("timed out");
        Assert.False(Sleeps(fleet.Box, 732));
        await Expect(visit.Find("history-entry").Filter(new() { HasText = "sleep 732" }).GetByTestId("history-state")).ToHaveTextAsync("timed out");

        await visit.Find("exec-timeout").FillAsync("60");
        await RunAsync(visit, "sleep 733");
        await Until.TrueAsync(() => Sleeps(fleet.Box, 733), "it runs", () => fleet.Exporter.Log);
        await visit.Page.CloseAsync();
        await Until.TrueAsync(() => !Sleeps(fleet.Box, 733), "it is ended with the page", () => fleet.Exporter.Log);
    }

    [Fact]
    public async Task Hosts_that_run_no_command_cannot_be_chosen()
    {
        var visit = await OpenAsync();

        await Expect(visit.Option("quiet").Locator("input")).ToBeDisabledAsync();
        await Expect(visit.Option("quiet")).ToContainTextAsync("commands are off");
        await Expect(visit.Option("away").Locator("input")).ToBeDisabledAsync();
        await Expect(visit.Find("exec-run-button")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Fifty_megabytes_of_output_do_not_fill_the_page()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "yes 'a line of output that comes again and again' | head -c 50000000");

        await Expect(visit.Run("box").GetByTestId("exec-state"))
            .ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(exit|ended)"), new() { Timeout = 30_000 });
        await Expect(visit.Run("box").GetByTestId("output")).ToContainTextAsync("earlier lines not shown");
        Assert.InRange(await visit.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 500, 4000);
    }

    [Fact]
    public async Task The_lines_that_are_not_shown_are_all_counted()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "seq 1 200000");

        var output = visit.Run("box").GetByTestId("output");
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0", new() { Timeout = 30_000 });
        await Expect(output.Locator(".stdout").Last).ToHaveTextAsync("200000");
        await Expect(output.Locator(".stdout")).ToHaveCountAsync(2000);
        await Expect(output.Locator("p")).ToHaveTextAsync("198000 earlier lines not shown");
    }

    private static bool Sleeps(WatchedMachine machine, int seconds) => machine.User.Processes.Any(p => p.CommandLine == $"sleep {seconds}");

    private async Task<Visit> OpenAsync(params string[] hosts)
    {
        var visit = await VisitAsync(fleet.Exporter, new("exec", SmallFleet.Operator));
        foreach (var host in hosts)
        {
            await visit.Option(host).ClickAsync();
        }

        return visit;
    }

    private static async Task RunAsync(Visit visit, string command)
    {
        await visit.Find("exec-command").FillAsync(command);
        await visit.Find("exec-run-button").ClickAsync();
    }
}
