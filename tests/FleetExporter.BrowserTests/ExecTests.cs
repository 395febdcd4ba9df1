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
        await Expect(states.Filter(new() { HasText = "runs" })).ToHaveCountAsync(4);
        await Expect(states.Filter(new() { HasText = "waits" })).ToHaveCountAsync(2);
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
        await Expect(visit.Option("quiet")).ToContainTextAsync("policy is off");
        await Expect(visit.Option("away").Locator("input")).ToBeDisabledAsync();
        await Expect(visit.Find("exec-run-button")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Fifty_megabytes_of_output_do_not_fill_the_page()
    {
        var visit = await OpenAsync("box");
        await RunAsync(visit, "yes 'a line of output that comes again and again' | head -c 50000000");

        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(exit|ended)"), new() { Timeout = 30_000 });
        await Expect(visit.Run("box").GetByTestId("output")).ToContainTextAsync("earlier lines are not shown");
        Assert.InRange(await visit.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 500, 4000);
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
