using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

public sealed class AccessTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_key_lets_act_until_one_logs_out()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions"));
        await Expect(visit.Find("who")).ToHaveTextAsync("read-only");
        await Expect(visit.Find("logout-button")).ToBeHiddenAsync();

        await visit.Find("login-button").ClickAsync();
        await Expect(visit.Find("login-key")).ToBeFocusedAsync();
        visit.Refuses("/api/login", 401);
        await visit.Find("login-key").FillAsync("no such key");
        await visit.Find("login-submit").ClickAsync();
        await Expect(visit.Find("login-error")).Not.ToBeEmptyAsync();
        await visit.Find("login-key").FillAsync(SmallFleet.Operator);
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Find("who")).ToHaveTextAsync("operator");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find("login-button")).ToBeHiddenAsync();
        // A script never sees what stands for the key, and nothing of the key stays in the browser.
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("() => document.cookie"));
        Assert.DoesNotContain(SmallFleet.Operator, await visit.Page.EvaluateAsync<string>("() => JSON.stringify([localStorage, sessionStorage]) + location"), StringComparison.Ordinal);

        await visit.Page.ReloadAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync("operator");
        // Whoever comes next sees nothing of what was done.
        await visit.GoAsync("exec");
        await visit.Option("box").ClickAsync();
        await visit.Find("exec-command").FillAsync("echo from the one before");
        await visit.Find("exec-run-button").ClickAsync();
        await Expect(visit.Run("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        await visit.Find("logout-button").ClickAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync("read-only");
        await Expect(visit.Find("exec-run")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(true, "operator")]
    [InlineData(false, "read-only")]
    public async Task A_session_outlives_a_restart_unless_its_key_is_gone(bool hasKey, string who)
    {
        using var folder = new TestFolder();
        const string Config = "poll_interval: 1s\nhosts: [{ name: here, exec: { policy: any } }]\n";
        Visit visit;
        string authority;
        await using (var exporter = await Exporter.StartAsync(folder, Config + SmallFleet.Keys + "\n"))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            visit = await VisitAsync(exporter, new("exec", SmallFleet.Operator));
            visit.MayLose();
            visit.Refuses("/ws", 401);
            await Expect(visit.Find("exec-form")).ToBeVisibleAsync();
        }

        await Expect(visit.Find("lost")).ToBeVisibleAsync();
        await using var again = await Exporter.StartAsync(folder, hasKey ? Config + SmallFleet.Keys + "\n" : Config, null, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync(who);
        await Expect(visit.Find("exec-form")).ToBeVisibleAsync(new() { Visible = hasKey });
        await CloseAsync();
    }

    [Fact]
    public async Task A_key_that_may_only_look_is_shown_as_such()
    {
        var visit = await VisitAsync(fleet.Exporter, new(Key: SmallFleet.Reader));

        await Expect(visit.Find("who")).ToHaveTextAsync("reader (read-only)");
    }

    [Fact]
    public async Task Where_scripts_may_act_without_a_key_the_page_still_only_reads()
    {
        using var folder = new TestFolder();
        await using var open = await Exporter.StartAsync(
            folder, "poll_interval: 1s\nanonymous_control: loopback\nhosts: [{ name: here, exec: { policy: any } }]\n");
        var visit = await VisitAsync(open, new("exec"));

        await Expect(visit.Find("who")).ToHaveTextAsync("read-only");
        await Expect(visit.Find("exec-form")).ToBeHiddenAsync();
        await CloseAsync();
    }

    [Fact]
    public async Task Without_a_key_a_locked_service_shows_a_door_and_nothing_else()
    {
        using var folder = new TestFolder();
        await using var locked = await Exporter.StartAsync(folder, $"poll_interval: 1s\nanonymous_read: never\nhosts: [{{ name: here }}]\n{SmallFleet.Keys}\n");
        var visit = await VisitAsync(locked, new("hosts"));
        visit.Refuses("/api/", 401);
        visit.Refuses("/ws", 401);

        await Expect(visit.Find("login-prompt")).ToBeVisibleAsync();
        await visit.Page.ScreenshotAsync(new() { Path = Pictures("door-1400.png") });
        await Expect(visit.Find("host")).ToHaveCountAsync(0);
        await visit.Find("login-prompt-button").ClickAsync();
        await visit.Find("login-key").FillAsync(SmallFleet.Reader);
        await visit.Find("login-submit").ClickAsync();

        await Expect(visit.Find("login-prompt")).ToHaveCountAsync(0);
        await Expect(visit.Find("view-hosts")).ToContainTextAsync("here");
        await CloseAsync();
    }
}
