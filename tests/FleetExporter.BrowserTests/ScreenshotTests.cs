using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Takes screenshots of every view for people to look at, in artifacts/page.</summary>
public sealed class ScreenshotTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Screenshots_of_every_view(int width)
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", SmallFleet.OperatorKey, width));
        await visit.GoAsync("exec");
        await visit.HostOption("box").ClickAsync();
        await visit.HostOption("other").ClickAsync();
        await visit.Find("exec-command").FillAsync("df -h / /tmp; uptime; ls /nowhere");
        await visit.Find("exec-run-button").ClickAsync();
        await Expect(visit.CommandRun("other").GetByTestId("exec-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^exit"));
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^exit"));
        string[] views =
            ["exec", "overview", "hosts", "hosts/box", "gpus", "sessions", "targets", "targets/service/stt", "jobs", "alerts", "events"];
        foreach (var view in views)
        {
            await visit.GoAsync(view);
            await Views.UntilLoadedAsync(visit, view.Split('/')[0]);
            await TakeScreenshotAsync(visit, $"{view.Replace('/', '-')}-{width}");
        }

        await visit.GoAsync("sessions");
        await (await SmallFleet.UntilLegacyAsync(visit, "old-forever")).GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await TakeScreenshotAsync(visit, $"kill-{width}", fullPage: false);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("?");
        await Expect(visit.Find("dialog")).ToBeVisibleAsync();
        await TakeScreenshotAsync(visit, $"help-{width}", fullPage: false);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Find("logout-button").ClickAsync();
        await visit.Find("login-button").ClickAsync();
        await TakeScreenshotAsync(visit, $"login-{width}", fullPage: false);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Screenshots_of_a_job_with_charts_and_output(int width)
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.OperatorKey, width));
        await JobsTests.CreateProjectAsync(visit, $"screenshot at {width}");
        const string Metrics = """{\"epoch\": $n, \"total_epochs\": 6, \"train_loss\": 0.$((90-n*9)), \"learning_rate\": 0.0003}""";
        await JobsTests.CreateJobAsync(
            visit, $"screenshot at {width}", $"job-{width}", $"n=0; while [ $n -lt 6 ]; do n=$((n+1)); echo \"{Metrics}\"; sleep 1; done");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("completed", new() { Timeout = 45_000 });
        await Expect(visit.Find("job-metrics").Locator("polyline").First).ToBeVisibleAsync();
        await Expect(visit.Find("job-output")).ToContainTextAsync("train_loss");
        await visit.AssertNoHorizontalOverflowAsync();
        await TakeScreenshotAsync(visit, $"job-{width}");
        await visit.Find("jobs-back").ClickAsync();
        await TakeScreenshotAsync(visit, $"jobs-some-{width}");
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Screenshots_of_twenty_simulated_hosts_and_of_the_themes(int width)
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n", null, "--simulate", "20");
        await exporter.UntilAsync(
            "all hosts", p => p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == 16 && p.Of("fleet_tunnel_up").Any());
        var visit = await VisitAsync(exporter, new("overview", Width: width));
        foreach (var view in (string[])["overview", "hosts", "gpus", "sessions", "targets", "agents", "logs", "events", "hosts/gpu-server-1"])
        {
            await visit.GoAsync(view);
            await Views.UntilLoadedAsync(visit, view.Split('/')[0]);
            await TakeScreenshotAsync(visit, $"simulated-{view.Replace('/', '-')}-{width}", fullPage: view == "overview");
        }

        foreach (var theme in width > 1000 ? Views.Themes : [])
        {
            await visit.Find("theme").SelectOptionAsync(theme);
            await visit.GoAsync("hosts");
            await TakeScreenshotAsync(visit, $"theme-{theme}", fullPage: false);
        }

        await CloseAsync();
    }

    /// <summary>Takes a screenshot once all toasts have disappeared.</summary>
    internal static async Task TakeScreenshotAsync(Visit visit, string name, bool fullPage = true)
    {
        await Expect(visit.Find("toast")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
        var path = ScreenshotPath(name + ".png");
        await visit.Page.ScreenshotAsync(new() { Path = path, FullPage = fullPage });
        Assert.True(new FileInfo(path).Length > 5000, $"{path} is empty");
    }
}
