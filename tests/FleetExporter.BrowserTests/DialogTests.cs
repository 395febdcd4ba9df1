using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The dialog keeps what was typed and shows what it was asked for; lists keep the focus.</summary>
public sealed class DialogTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task Asking_again_after_a_confirmation_that_has_expired_shows_what_would_die()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.Operator));
        visit.Refuses("/kill", 403);
        var row = await SmallFleet.UntilLegacyAsync(visit, "old-forever");
        await row.GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await visit.Page.RouteAsync("**/kill", route => route.FulfillAsync(new()
        {
            Status = 403,
            ContentType = "application/problem+json",
            Body = """{"title":"Not confirmed","status":403,"detail":"The token has expired."}""",
        }));
        await visit.Find("kill-confirm").ClickAsync();
        await Expect(visit.Find("dialog")).ToContainTextAsync("The token has expired.");
        await visit.Page.UnrouteAsync("**/kill");

        await visit.Find("kill-again").ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        await Expect(visit.Find("kill-facts")).ToContainTextAsync(fleet.Box.User.Name);
        await visit.Find("dialog-cancel").ClickAsync();
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        Assert.Contains("old-forever", (await fleet.Tmux.NamesAsync()).Values);
    }

    [Fact]
    public async Task A_selection_that_ends_outside_loses_nothing_of_what_was_typed()
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview"));
        await visit.Find("login-button").ClickAsync();
        await visit.Find("login-key").FillAsync("half a key");
        var field = (await visit.Find("login-key").BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(field.X + 20, field.Y + 5);
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(5, 500, new() { Steps = 5 });
        await visit.Page.Mouse.UpAsync();

        await Expect(visit.Find("dialog")).ToBeVisibleAsync();
        await Expect(visit.Find("login-key")).ToHaveValueAsync("half a key");
    }

    [Fact]
    public async Task A_row_that_goes_takes_no_focus_from_another()
    {
        var visit = await VisitAsync(fleet.Exporter, new("overview"));

        Assert.Equal("c,b b", await visit.Page.EvaluateAsync<string>(
            """
            async () => {
              const { h, keyed } = await import('/core/dom.js');
              const list = document.body.appendChild(h('div'));
              const make = name => ({ node: h('button', {}, name) });
              keyed(list, ['a', 'b', 'c'], x => x, make);
              list.children[1].focus();
              keyed(list, ['c', 'b'], x => x, make);
              const found = `${[...list.children].map(c => c.textContent)} ${document.activeElement.textContent}`;
              list.remove();
              return found;
            }
            """));
    }
}
