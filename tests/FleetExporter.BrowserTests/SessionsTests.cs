using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Sessions of real tmux servers, shown and killed on the page.</summary>
public sealed class SessionsTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task Every_tmux_session_of_every_host_has_a_row()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions"));
        var row = visit.TmuxSession("box:" + SmallFleet.TrainingSession);

        await Expect(row.GetByTestId("session-gpu")).ToHaveTextAsync("15.3 GiB");
        await Expect(row.GetByTestId("session-windows")).ToHaveTextAsync("1");
        await Expect(row.GetByTestId("session-memory")).ToContainTextAsync("MiB");
        await Expect(row.GetByTestId("session-attach")).ToContainTextAsync(
            $"ssh -t -p {fleet.Box.Server.Port} -- {fleet.Box.User.Name}@127.0.0.1 'tmux attach-session -t '\\''$0'\\'");
        await Expect(row.GetByTestId("session-ssh")).ToHaveAttributeAsync("href", $"ssh://{fleet.Box.User.Name}@127.0.0.1:{fleet.Box.Server.Port}");
        // Two hosts of the fleet log in as the same user.
        await Expect(visit.TmuxSession("other:backup")).ToBeVisibleAsync();
        await Expect(visit.TmuxSession("quiet:backup")).ToBeVisibleAsync();

        await visit.Find("sessions-sort").SelectOptionAsync("gpu");
        await Expect(visit.Find("session").First).ToHaveAttributeAsync("data-session", "box:" + SmallFleet.TrainingSession);
        await visit.Find("sessions-filter").FillAsync("other back");
        await Expect(visit.Find("session")).ToHaveCountAsync(1);
        await visit.Find("sessions-filter").FillAsync("");
        await visit.GoAsync($"sessions/{Uri.EscapeDataString("box:" + SmallFleet.TrainingSession)}");
        await Expect(visit.Find("session")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_attach_command_is_copied_to_the_clipboard()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions"));
        var attach = visit.TmuxSession("box:" + SmallFleet.TrainingSession).GetByTestId("session-attach");
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await attach.GetByRole(AriaRole.Button).ClickAsync();

        await Expect(visit.Find("toast")).ToHaveTextAsync("Copied.");
        Assert.Equal(await attach.Locator("code").TextContentAsync(), await visit.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
    }

    [Fact]
    public async Task Kill_ends_the_session_in_tmux_and_no_other()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.OperatorKey));
        var row = await SmallFleet.UntilLegacyAsync(visit, "old-sweep");
        // Only legacy sessions can be killed here.
        await Expect(visit.TmuxSession("box:" + SmallFleet.TrainingSession).GetByTestId("session-kill")).ToHaveCountAsync(0);

        await row.GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("kill-facts")).ToContainTextAsync(fleet.Box.User.Name);
        await Expect(visit.Find("dialog")).ToContainTextAsync("old-sweep");
        Assert.Contains("old-sweep", (await fleet.Tmux.NamesAsync()).Values);
        await visit.Find("kill-confirm").ClickAsync();

        await Expect(visit.Find("toast")).ToContainTextAsync("old-sweep on box was killed, and tmux no longer lists it");
        await Expect(row).ToHaveCountAsync(0);
        var left = (await fleet.Tmux.NamesAsync()).Values;
        Assert.DoesNotContain("old-sweep", left);
        Assert.Contains(SmallFleet.TrainingSession, left);
        Assert.Contains("old-notebook", left);
        Assert.Contains("backup", (await fleet.OtherTmux.NamesAsync()).Values);
    }

    [Fact]
    public async Task A_session_whose_name_has_markup_can_be_killed()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.OperatorKey));
        var row = await SmallFleet.UntilLegacyAsync(visit, $"{fleet.Box.User.Name}/{SmallFleet.MarkupName}");
        await row.GetByTestId("session-kill").ClickAsync();
        await Expect(visit.Find("dialog")).ToContainTextAsync(SmallFleet.MarkupName);
        await visit.Find("kill-confirm").ClickAsync();

        await Expect(visit.Find("toast")).ToContainTextAsync("was killed");
        Assert.DoesNotContain(SmallFleet.MarkupName, (await fleet.Tmux.NamesAsync()).Values);
    }

    [Fact]
    public async Task Escape_kills_nothing_and_a_session_attached_meanwhile_is_not_killed()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.OperatorKey));
        var kill = (await SmallFleet.UntilLegacyAsync(visit, "old-notebook")).GetByTestId("session-kill");
        await kill.ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        // The harmless button has the focus.
        await Expect(visit.Find("dialog-cancel")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(kill).ToBeFocusedAsync();

        await kill.ClickAsync();
        await Expect(visit.Find("kill-confirm")).ToBeVisibleAsync();
        var id = (await fleet.Tmux.NamesAsync()).Single(s => s.Value == "old-notebook").Key;
        await fleet.Tmux.AttachAsync(id);
        visit.ExpectStatus("/kill", 409);
        await visit.Find("kill-confirm").ClickAsync();

        await Expect(visit.Find("dialog").GetByTestId("notice-error")).ToBeVisibleAsync();
        await visit.Find("dialog-cancel").ClickAsync();
        Assert.Contains("old-notebook", (await fleet.Tmux.NamesAsync()).Values);
        await Expect(visit.TmuxSession("box:old-notebook").GetByTestId("session-state")).ToHaveTextAsync("attached");
        await Expect(visit.TmuxSession("box:old-notebook").GetByTestId("session-kill")).ToHaveCountAsync(0);
    }
}
