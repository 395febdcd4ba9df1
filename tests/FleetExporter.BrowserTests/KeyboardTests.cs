using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The page without a mouse.</summary>
public sealed class KeyboardTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task G_and_a_letter_lead_to_every_view()
    {
        var visit = await VisitAsync(fleet.Exporter);
        foreach (var view in (string[])["hosts", "sessions", "jobs", "exec", "alerts", "overview"])
        {
            await visit.Page.Keyboard.PressAsync("g");
            await visit.Page.Keyboard.PressAsync(view[..1]);

            await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();
            await Expect(visit.Find($"tab-{view}")).ToHaveAttributeAsync("aria-current", "page");
            // Who listens to the page is told that it is another one.
            await Expect(visit.Find("main")).ToBeFocusedAsync();
        }
    }

    [Theory]
    [InlineData("hosts")]
    [InlineData("sessions")]
    public async Task A_slash_leads_to_the_filter_and_Escape_out_of_it(string view)
    {
        var visit = await VisitAsync(fleet.Exporter, new(view));
        var filter = visit.Find($"{view}-filter");
        await Expect(filter).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("/");
        await Expect(filter).ToBeFocusedAsync();
        // What is typed there is text, and no key of the page.
        await visit.Page.Keyboard.TypeAsync("gst?");
        await Expect(filter).ToHaveValueAsync("gst?");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(filter).Not.ToBeFocusedAsync();
    }

    [Fact]
    public async Task Help_opens_keeps_the_focus_and_gives_it_back()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await Expect(visit.Find("areas")).ToBeVisibleAsync();
        await visit.Find("help-button").FocusAsync();
        await visit.Page.Keyboard.PressAsync("?");
        await Expect(visit.Find("help")).ToBeVisibleAsync();
        // Enter closes it, and follows no link.
        await Expect(visit.Find("dialog-cancel")).ToBeFocusedAsync();

        for (var i = 0; i < 8; i++)
        {
            await visit.Page.Keyboard.PressAsync(i < 5 ? "Tab" : "Shift+Tab");
            Assert.True(
                await visit.Page.EvaluateAsync<bool>(
                    "() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null"),
                $"the focus left the dialog after {i + 1} steps");
        }

        // Keys of the page are off while it is open.
        await visit.Page.Keyboard.PressAsync("g");
        await visit.Page.Keyboard.PressAsync("h");
        await Expect(visit.Find("view-overview")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find("help-button")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Tab_goes_from_the_top_of_the_page_to_its_views_in_order_and_is_seen()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await Expect(visit.Find("areas")).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("skip", await FocusedAsync(visit));
        var order = new List<string>();
        while (order.Count < 20 && (order.Count == 0 || order[^1] != "tab-alerts"))
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            order.Add(await FocusedAsync(visit));
            Assert.True(
                await visit.Page.EvaluateAsync<bool>("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"),
                $"the focus on {order[^1]} is not seen");
        }

        Assert.Equal(
            ["theme", "help-button", "login-button", "tab-overview", "tab-hosts", "tab-sessions", "tab-jobs", "tab-exec", "tab-alerts"],
            order.Where(i => i != "banner-toggle" && i != "alert-badge"));
    }

    [Fact]
    public async Task The_skip_link_leads_to_the_content()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Find("hosts")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Find("main")).ToBeFocusedAsync();
        await Expect(visit.Find("view-hosts")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T_goes_through_the_themes_and_the_choice_stays()
    {
        var visit = await VisitAsync(fleet.Exporter);
        var seen = new List<string?> { await ThemeAsync(visit) };
        for (var i = 0; i < 5; i++)
        {
            await visit.Page.Keyboard.PressAsync("t");
            seen.Add(await ThemeAsync(visit));
        }

        Assert.Equal(Views.Themes, seen);
        await visit.Page.ReloadAsync();
        Assert.Equal(seen[^1], await ThemeAsync(visit));
        await Expect(visit.Find("theme")).ToHaveValueAsync(seen[^1]!);
    }

    private static Task<string?> ThemeAsync(Visit visit) => visit.Page.Locator("html").GetAttributeAsync("data-theme");

    private static Task<string> FocusedAsync(Visit visit) => visit.Page.EvaluateAsync<string>("() => document.activeElement.id");
}
