using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>axe-core finds no serious violation in any view, dialog or theme.</summary>
public sealed class AccessibilityTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    public static TheoryData<string> Themes() => [.. Views.Themes];

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task No_view_has_serious_accessibility_violations(string theme)
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", SmallFleet.OperatorKey, Theme: theme));
        // Themes differ only in colours.
        string[] rules = theme == Views.Themes[0] ? [] : ["color-contrast", "link-in-text-block"];
        foreach (var view in (string[])[.. Views.All, "hosts/box", "targets/service/stt", "targets/provider/qwen-coder", "targets/tunnel/lab"])
        {
            await visit.GoAsync(view);
            await Views.UntilLoadedAsync(visit, view.Split('/')[0]);
            await Axe.CheckAsync(visit.Page, $"{view} in {theme}", rules);
        }

        await visit.GoAsync("exec");
        await Expect(visit.Find("exec-folder")).ToBeVisibleAsync();
        await Axe.CheckInputsAsync(visit.Page, $"exec in {theme}", "body", ".exec-form");
        await visit.GoAsync("sessions");
        await (await SmallFleet.UntilLegacyAsync(visit, "old-forever")).GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await Axe.CheckAsync(visit.Page, $"the kill dialog in {theme}", rules);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("?");
        await Axe.CheckAsync(visit.Page, $"help in {theme}", rules);
    }

    [Fact]
    public async Task Neither_do_phone_views_nor_the_login_dialog()
    {
        var phone = await VisitAsync(fleet.Exporter, new("overview", Width: 360));
        foreach (var view in Views.All)
        {
            await phone.GoAsync(view);
            await Views.UntilLoadedAsync(phone, view);
            await Axe.CheckAsync(phone.Page, $"{view} on a phone");
        }

        await phone.Find("login-button").ClickAsync();
        await Axe.CheckAsync(phone.Page, "the login");
    }
}
