using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>axe-core finds nothing serious, whatever is shown and in whichever colours.</summary>
public sealed class AccessibilityTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    public static TheoryData<string> Themes() => [.. Views.Themes];

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task No_view_shuts_anybody_out(string theme)
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview", SmallFleet.Operator, Theme: theme));
        // Colours are what differs between the themes.
        string[] rules = theme == Views.Themes[0] ? [] : ["color-contrast", "link-in-text-block"];
        foreach (var view in (string[])[.. Views.All, "hosts/box"])
        {
            await visit.GoAsync(view);
            await Views.ReadyAsync(visit, view.Split('/')[0]);
            await Axe.CheckAsync(visit.Page, $"{view} in {theme}", rules);
        }

        await visit.GoAsync("sessions");
        await (await SmallFleet.UntilLegacyAsync(visit, "old-forever")).GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await Axe.CheckAsync(visit.Page, $"the question before a kill in {theme}", rules);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("?");
        await Axe.CheckAsync(visit.Page, $"help in {theme}", rules);
    }

    [Fact]
    public async Task Nor_does_it_on_a_phone_or_at_the_door()
    {
        var phone = await VisitAsync(fleet.Exporter, new("overview", Width: 360));
        foreach (var view in Views.All)
        {
            await phone.GoAsync(view);
            await Views.ReadyAsync(phone, view);
            await Axe.CheckAsync(phone.Page, $"{view} on a phone");
        }

        await phone.Find("login-button").ClickAsync();
        await Axe.CheckAsync(phone.Page, "the login");
    }
}
