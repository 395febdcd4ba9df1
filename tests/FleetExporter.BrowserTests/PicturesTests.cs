using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Pictures of every view for people to look at, in artifacts/page.</summary>
public sealed class PicturesTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Every_view_has_its_picture(int width)
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", SmallFleet.Operator, width));
        await visit.GoAsync("exec");
        await visit.Option("box").ClickAsync();
        await visit.Option("other").ClickAsync();
        await visit.Find("exec-command").FillAsync("df -h / /tmp; uptime; ls /nowhere");
        await visit.Find("exec-run-button").ClickAsync();
        await Expect(visit.Run("other").GetByTestId("exec-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^exit"));
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^exit"));
        foreach (var view in (string[])["exec", "overview", "hosts", "hosts/box", "sessions", "jobs", "alerts"])
        {
            await visit.GoAsync(view);
            await Views.ReadyAsync(visit, view.Split('/')[0]);
            await TakeAsync(visit, $"{view.Replace('/', '-')}-{width}");
        }

        await visit.GoAsync("sessions");
        await (await SmallFleet.UntilLegacyAsync(visit, "old-forever")).GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await TakeAsync(visit, $"kill-{width}", whole: false);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("?");
        await Expect(visit.Find("dialog")).ToBeVisibleAsync();
        await TakeAsync(visit, $"help-{width}", whole: false);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Find("logout-button").ClickAsync();
        await visit.Find("login-button").ClickAsync();
        await TakeAsync(visit, $"login-{width}", whole: false);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task A_job_with_charts_and_output_has_its_picture(int width)
    {
        var visit = await VisitAsync(fleet.Exporter, new("jobs", SmallFleet.Operator, width));
        await JobsTests.MakeProjectAsync(visit, $"pictured at {width}");
        await JobsTests.MakeJobAsync(
            visit, $"pictured at {width}", $"seen-{width}", "n=0; while [ $n -lt 6 ]; do n=$((n+1)); echo \"{\\\"epoch\\\": $n, "
                + "\\\"total_epochs\\\": 6, \\\"train_loss\\\": 0.$((90-n*9)), \\\"learning_rate\\\": 0.0003}\"; sleep 1; done");
        await Expect(visit.Find("job-detail-state")).ToHaveTextAsync("completed", new() { Timeout = 45_000 });
        await Expect(visit.Find("job-metrics").Locator("polyline").First).ToBeVisibleAsync();
        await Expect(visit.Find("job-output")).ToContainTextAsync("train_loss");
        await visit.FitsAsync();
        await TakeAsync(visit, $"job-{width}");
        await visit.Find("jobs-back").ClickAsync();
        await TakeAsync(visit, $"jobs-some-{width}");
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Twenty_simulated_hosts_have_theirs(int width)
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n", null, "--simulate", "20");
        await exporter.UntilAsync("all hosts", p =>
            p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == 16 && p.Of("fleet_tunnel_up").Any());
        var visit = await VisitAsync(exporter, new("overview", Width: width));
        foreach (var view in (string[])["overview", "hosts", "sessions", "hosts/gpu-server-1"])
        {
            await visit.GoAsync(view);
            await Views.ReadyAsync(visit, view.Split('/')[0]);
            await TakeAsync(visit, $"simulated-{view.Replace('/', '-')}-{width}", whole: view == "overview");
        }

        foreach (var theme in width > 1000 ? Views.Themes : [])
        {
            await visit.Find("theme").SelectOptionAsync(theme);
            await visit.GoAsync("hosts");
            await TakeAsync(visit, $"theme-{theme}", whole: false);
        }

        await CloseAsync();
    }

    /// <summary>A picture without what passes by itself.</summary>
    internal static async Task TakeAsync(Visit visit, string name, bool whole = true)
    {
        await Expect(visit.Find("toast")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
        var path = Pictures(name + ".png");
        await visit.Page.ScreenshotAsync(new() { Path = path, FullPage = whole });
        Assert.True(new FileInfo(path).Length > 5000, $"{path} is empty");
    }
}
