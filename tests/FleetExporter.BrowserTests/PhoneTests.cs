using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The page on a touch screen of 360 CSS pixels.</summary>
public sealed class PhoneTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    public static TheoryData<string> Shown() => [.. Views.All, "hosts/box"];

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task A_view_fits_the_screen_and_every_control_can_be_touched(string view)
    {
        var visit = await VisitAsync(fleet.Exporter, new(view, SmallFleet.OperatorKey, Width: 360));
        await Views.UntilLoadedAsync(visit, view.Split('/')[0]);
        if (view == "sessions")
        {
            await SmallFleet.UntilLegacyAsync(visit, "old-forever");
        }

        await Touch.AssertReachableAsync(visit);
    }

    [Fact]
    public async Task Every_tab_is_visible()
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", Width: 360));
        // Without a gateway there are no tabs for agents and logs.
        await Expect(visit.Page.Locator("#tabs a:visible")).ToHaveCountAsync(9);

        Assert.Empty(await visit.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('#tabs a')].filter(a => a.getBoundingClientRect().right > innerWidth).map(a => a.textContent)"));
    }

    [Fact]
    public async Task A_session_is_killed_from_a_phone()
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", SmallFleet.OperatorKey, Width: 360));
        await visit.Find("tab-sessions").TapAsync();
        await (await SmallFleet.UntilLegacyAsync(visit, "old-on-the-phone")).GetByTestId("session-kill").TapAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await visit.AssertNoHorizontalOverflowAsync();
        await visit.Find("kill-confirm").TapAsync();

        await Expect(visit.Find("toast")).ToContainTextAsync("was killed");
        Assert.DoesNotContain("old-on-the-phone", (await fleet.Tmux.NamesAsync()).Values);
    }

    [Fact]
    public async Task A_command_runs_from_a_phone()
    {
        var visit = await VisitAsync(fleet.Exporter, new("exec", SmallFleet.OperatorKey, Width: 360));
        await visit.HostOption("box").TapAsync();
        await visit.Find("exec-command").FillAsync("echo from-a-phone | tee from-a-phone; printf %03000d 7");
        await visit.Find("exec-run-button").TapAsync();

        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        Assert.True(File.Exists(Path.Combine(fleet.Box.User.Home, "from-a-phone")));
        await visit.AssertNoHorizontalOverflowAsync();
    }
}
