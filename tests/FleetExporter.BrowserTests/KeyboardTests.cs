using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Keyboard shortcuts and focus.</summary>
public sealed class KeyboardTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task G_and_a_letter_open_each_view()
    {
        var visit = await VisitAsync(fleet.Exporter);
        foreach (var view in (string[])["hosts", "gpus", "sessions", "targets", "agents", "logs", "jobs", "exec", "alerts", "events", "overview"])
        {
            await visit.Page.Keyboard.PressAsync("g");
            await visit.Page.Keyboard.PressAsync(view switch { "events" => "v", "agents" => "n", _ => view[..1] });

            await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();
            await Expect(visit.Find($"tab-{view}")).ToHaveAttributeAsync("aria-current", "page");
            // A screen reader announces the new view.
            await Expect(visit.Find("main")).ToBeFocusedAsync();
        }
    }

    [Theory]
    [InlineData("hosts")]
    [InlineData("sessions")]
    public async Task A_slash_focuses_the_filter_and_Escape_leaves_it(string view)
    {
        var visit = await VisitAsync(fleet.Exporter, new(view));
        var filter = visit.Find($"{view}-filter");
        await Expect(filter).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("/");
        await Expect(filter).ToBeFocusedAsync();
        // Shortcuts are inactive in a field.
        await visit.Page.Keyboard.TypeAsync("gst?");
        await Expect(filter).ToHaveValueAsync("gst?");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(filter).Not.ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_help_dialog_traps_the_focus_and_restores_it()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await Expect(visit.Find("areas")).ToBeVisibleAsync();
        await visit.Find("help-button").FocusAsync();
        await visit.Page.Keyboard.PressAsync("?");
        await Expect(visit.Find("help")).ToBeVisibleAsync();
        // Enter closes the dialog and follows no link.
        await Expect(visit.Find("dialog-cancel")).ToBeFocusedAsync();

        for (var i = 0; i < 8; i++)
        {
            await visit.Page.Keyboard.PressAsync(i < 5 ? "Tab" : "Shift+Tab");
            var isInside = await visit.Page.EvaluateAsync<bool>(
                "() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null");
            Assert.True(isInside, $"the focus left the dialog after {i + 1} steps");
        }

        // Shortcuts are inactive while the dialog is open.
        await visit.Page.Keyboard.PressAsync("g");
        await visit.Page.Keyboard.PressAsync("h");
        await Expect(visit.Find("view-overview")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find("help-button")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Tab_moves_through_the_header_and_the_tabs_in_order_with_a_visible_focus()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await Expect(visit.Find("areas")).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("skip", await FocusedAsync(visit));
        var order = new List<string>();
        while (order.Count < 20 && (order.Count == 0 || order[^1] != "tab-events"))
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            order.Add(await FocusedAsync(visit));
            var hasOutline = await visit.Page.EvaluateAsync<bool>("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'");
            Assert.True(hasOutline, $"the focus on {order[^1]} is not visible");
        }

        Assert.Equal(
            [
                "overall", "theme", "help-button", "login-button", "tab-overview", "tab-hosts", "tab-gpus", "tab-sessions", "tab-targets", "tab-jobs",
                "tab-exec", "tab-alerts", "tab-events",
            ],
            order.Where(i => i != "banner-toggle" && i != "alert-badge"));
    }

    [Fact]
    public async Task The_skip_link_focuses_the_content()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Find("hosts")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Find("main")).ToBeFocusedAsync();
        await Expect(visit.Find("view-hosts")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T_cycles_through_the_themes_and_the_browser_keeps_the_choice()
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

    [Fact]
    public async Task A_system_that_prefers_light_colours_gets_them_until_another_theme_is_chosen()
    {
        var visit = await VisitAsync(fleet.Exporter, new(Light: true));
        Assert.Equal("day", await ThemeAsync(visit));
        await Expect(visit.Find("theme")).ToHaveValueAsync("day");

        await visit.Find("theme").SelectOptionAsync("night");
        await visit.Page.ReloadAsync();
        Assert.Equal("night", await ThemeAsync(visit));
    }

    private static Task<string?> ThemeAsync(Visit visit) => visit.Page.Locator("html").GetAttributeAsync("data-theme");

    private static Task<string> FocusedAsync(Visit visit) => visit.Page.EvaluateAsync<string>("() => document.activeElement.id");
}
