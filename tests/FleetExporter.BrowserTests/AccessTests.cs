using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

public sealed class AccessTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_login_allows_actions_until_logout()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions"));
        await Expect(visit.Find("who")).ToHaveTextAsync("read-only");
        await Expect(visit.Find("logout-button")).ToBeHiddenAsync();

        await visit.Find("login-button").ClickAsync();
        await Expect(visit.Find("login-key")).ToBeFocusedAsync();
        visit.ExpectStatus("/api/login", 401);
        await visit.Find("login-key").FillAsync("no such key");
        await visit.Find("login-submit").ClickAsync();
        await Expect(visit.Find("login-error")).Not.ToBeEmptyAsync();
        await visit.Find("login-key").FillAsync(SmallFleet.OperatorKey);
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Find("who")).ToHaveTextAsync("operator");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Find("login-button")).ToBeHiddenAsync();
        // Scripts cannot read the session cookie, and the key is stored nowhere in the browser.
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("() => document.cookie"));
        var stored = await visit.Page.EvaluateAsync<string>("() => JSON.stringify([localStorage, sessionStorage]) + location");
        Assert.DoesNotContain(SmallFleet.OperatorKey, stored, StringComparison.Ordinal);

        await visit.Page.ReloadAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync("operator");
        // The next user sees nothing of the previous one.
        await visit.GoAsync("exec");
        await visit.HostOption("box").ClickAsync();
        await visit.Find("exec-command").FillAsync("echo from the previous user");
        await visit.Find("exec-run-button").ClickAsync();
        await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
        await visit.Find("logout-button").ClickAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync("read-only");
        await Expect(visit.Find("exec-run")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(true, "operator")]
    [InlineData(false, "read-only")]
    public async Task A_login_session_survives_a_restart_unless_its_key_was_removed(bool hasKey, string who)
    {
        using var folder = new TestFolder();
        const string Config = "poll_interval: 1s\nhosts: [{ name: here, exec: { policy: any } }]\n";
        Visit visit;
        string authority;
        await using (var exporter = await Exporter.StartAsync(folder, Config + SmallFleet.KeysYaml + "\n"))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            visit = await VisitAsync(exporter, new("exec", SmallFleet.OperatorKey));
            visit.AllowConnectionLoss();
            visit.ExpectStatus("/ws", 401);
            await Expect(visit.Find("exec-form")).ToBeVisibleAsync();
        }

        await Expect(visit.Find("lost")).ToBeVisibleAsync();
        await using var again = await Exporter.StartAsync(folder, hasKey ? Config + SmallFleet.KeysYaml + "\n" : Config, null, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        await Expect(visit.Find("who")).ToHaveTextAsync(who);
        await Expect(visit.Find("exec-form")).ToBeVisibleAsync(new() { Visible = hasKey });
        await CloseAsync();
    }

    [Fact]
    public async Task A_read_only_key_is_shown_as_read_only()
    {
        var visit = await VisitAsync(fleet.Exporter, new(Key: SmallFleet.ReaderKey));

        await Expect(visit.Find("who")).ToHaveTextAsync("reader (read-only)");
    }

    [Fact]
    public async Task With_anonymous_control_the_page_is_still_read_only()
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
    public async Task A_service_without_anonymous_read_shows_only_the_login_prompt()
    {
        using var folder = new TestFolder();
        await using var locked = await Exporter.StartAsync(
            folder, $"poll_interval: 1s\nanonymous_read: never\nhosts: [{{ name: here }}]\n{SmallFleet.KeysYaml}\n");
        var visit = await VisitAsync(locked, new("hosts"));
        visit.ExpectStatus("/api/", 401);
        visit.ExpectStatus("/ws", 401);

        await Expect(visit.Find("login-prompt")).ToBeVisibleAsync();
        await visit.Page.ScreenshotAsync(new() { Path = ScreenshotPath("login-prompt-1400.png") });
        await Expect(visit.Find("host")).ToHaveCountAsync(0);
        await visit.Find("login-prompt-button").ClickAsync();
        await visit.Find("login-key").FillAsync(SmallFleet.ReaderKey);
        await visit.Find("login-submit").ClickAsync();

        await Expect(visit.Find("login-prompt")).ToHaveCountAsync(0);
        await Expect(visit.Find("view-hosts")).ToContainTextAsync("here");

        // The session ends in another tab, while this one shows a dialog.
        await visit.Find("help-button").ClickAsync();
        await Expect(visit.Find("dialog")).ToBeVisibleAsync();
        await visit.Page.EvaluateAsync("async () => (await import('/core/api.js')).post('/api/logout')");
        await Expect(visit.Find("login-prompt")).ToBeVisibleAsync();
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await CloseAsync();
    }
}
