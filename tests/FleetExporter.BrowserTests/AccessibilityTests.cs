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
        foreach (var view in (string[])[.. Views.All, "hosts/box"])
        {
            await visit.GoAsync(view);
            await Views.UntilLoadedAsync(visit, view.Split('/')[0]);
            await Axe.CheckAsync(visit.Page, $"{view} in {theme}", rules);
        }

        await visit.GoAsync("exec");
        Assert.Empty(await LowContrastInputsAsync(visit));
        await visit.GoAsync("sessions");
        await (await SmallFleet.UntilLegacyAsync(visit, "old-forever")).GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await Axe.CheckAsync(visit.Page, $"the kill dialog in {theme}", rules);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("?");
        await Axe.CheckAsync(visit.Page, $"help in {theme}", rules);
    }

    /// <summary>Inputs whose placeholder has a contrast below 4.5:1 or whose border is below 3:1, neither of which axe checks.</summary>
    private static async Task<string[]> LowContrastInputsAsync(Visit visit)
    {
        await Expect(visit.Find("exec-folder")).ToBeVisibleAsync();
        return await visit.Page.EvaluateAsync<string[]>(
            """
            () => {
              const part = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              const light = colour => { const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
            """
            + """
             return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
              const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
              const fields = [...document.querySelectorAll('input:not([type="checkbox"], [type="radio"]), select, textarea')]
            """
            + """
            .filter(e => e.checkVisibility());
              const around = getComputedStyle(document.querySelector('.exec-form')).backgroundColor;
              return [fields.length < 4 ? 'too few inputs' : '', ...fields.flatMap(e => {
                const [own, ghost] = [getComputedStyle(e), getComputedStyle(e, '::placeholder')];
                return [e.placeholder && (contrast(ghost.color, own.backgroundColor) < 4.5 || ghost.opacity !== '1')
            """
            + """
             ? `${e.dataset.testid}: placeholder ${ghost.color} ${ghost.opacity}` : '',
                  contrast(own.borderTopColor, own.backgroundColor) < 3 || contrast(own.borderTopColor, around) < 3
            """
            + """
             ? `${e.dataset.testid ?? e.id}: edge ${own.borderTopColor}` : ''];
              })].filter(Boolean);
            }
            """);
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
