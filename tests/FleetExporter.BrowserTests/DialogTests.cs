using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The dialog keeps its input and shows current data; lists keep the focus.</summary>
public sealed class DialogTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task Retrying_after_an_expired_confirmation_shows_the_session_again()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.OperatorKey));
        visit.ExpectStatus("/kill", 403);
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
    public async Task Selecting_text_beyond_the_dialog_keeps_the_dialog_and_the_input()
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
    public async Task Removing_a_row_keeps_the_focus_in_another()
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
