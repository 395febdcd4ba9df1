using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests;

/// <summary>Hosts and services are added, and the history is read, with the keyboard alone.</summary>
public sealed class KeyboardFormsTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    private const string Focused = "() => document.activeElement.dataset.testid ?? ''";

    [Fact]
    public async Task A_host_is_added_with_the_keyboard()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Adding.StartAsync(machine);
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
        visit.ExpectStatus("/api/dgx/connections", 422);
        await Expect(visit.Visible("start")).ToBeVisibleAsync();

        await TabToAsync(visit, "start-add");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("host-name")).ToBeFocusedAsync();
        await visit.Page.Keyboard.TypeAsync("-box");
        await TabToAsync(visit, "host-address");
        await visit.Page.Keyboard.TypeAsync("127.0.0.1");
        await TabToAsync(visit, "host-user");
        await visit.Page.Keyboard.TypeAsync(machine.User.Name);
        await TabToAsync(visit, "host-port");
        await visit.Page.Keyboard.TypeAsync($"{machine.Server.Port}");
        await TabToAsync(visit, "host-policy");
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(visit.Visible("host-policy")).ToHaveValueAsync("off");
        await TabToAsync(visit, "add-host-submit");
        await visit.Page.Keyboard.PressAsync("Enter");
        // The invalid field has the focus, and its error is announced with it.
        await AssertErrorAsync(visit, "host-name", "Give 1 to 63 letters");

        await visit.Page.Keyboard.PressAsync("Control+a");
        await visit.Page.Keyboard.TypeAsync("box");
        await TabToAsync(visit, "host-test-button");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("fingerprint")).ToContainTextAsync(await machine.Server.FingerprintAsync());
        await Expect(visit.Visible("host-test-button")).ToBeFocusedAsync();
        await Expect(visit.Visible("host-name")).Not.ToHaveAttributeAsync("aria-invalid", "true");
        await TabToAsync(visit, "trust", "Shift+Tab");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.", new() { Timeout = 60_000 });
        await Expect(visit.Visible("steps-result")).ToBeFocusedAsync();
        await TabToAsync(visit, "add-host-submit");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "box");
        await Expect(visit.Visible("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });
        Assert.Equal("off", (await exporter.JsonAsync("/api/dgx/connections")).List("items").Single().Text("exec_policy"));

        foreach (var button in (string[])["host-edit", "host-remove", "host-test"])
        {
            await AssertEscapeReturnsAsync(visit, button);
        }

        await CloseAsync();
    }

    [Fact]
    public async Task A_service_is_added_with_the_keyboard()
    {
        await using var services = new ScriptedServer();
        services.Answer("/health", 200, """{"status":"ok","model":"whisper","service":"stt"}""");
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\nhosts: [{ name: here }]\n");
        var visit = await VisitAsync(exporter, new("overview", await Adding.KeyOfAsync(folder)));
        visit.ExpectStatus("/api/targets", 422);
        await Expect(visit.Find("areas")).ToBeVisibleAsync();

        await visit.Page.Keyboard.PressAsync("g");
        await visit.Page.Keyboard.PressAsync("t");
        await Expect(visit.Visible("notice-empty")).ToContainTextAsync("No targets");
        await AssertEscapeReturnsAsync(visit, "target-add");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("target-kind-choice")).ToBeFocusedAsync();
        // Another kind has other fields; the choice keeps the focus.
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(visit.Visible("target-key_file")).ToBeVisibleAsync();
        await Expect(visit.Visible("target-kind-choice")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(visit.Visible("target-key_file")).ToHaveCountAsync(0);
        await Expect(visit.Visible("target-kind-choice")).ToBeFocusedAsync();

        await TabToAsync(visit, "target-name");
        await visit.Page.Keyboard.TypeAsync("stt");
        await TabToAsync(visit, "target-url");
        await visit.Page.Keyboard.TypeAsync("ftp://127.0.0.1/health");
        await visit.Page.Keyboard.PressAsync("Enter");
        await AssertErrorAsync(visit, "target-url", "http");

        await visit.Page.Keyboard.PressAsync("Control+a");
        await visit.Page.Keyboard.TypeAsync(services.Url("/health").AbsoluteUri);
        await TabToAsync(visit, "target-test");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.");
        await Expect(visit.Visible("target-test")).ToBeFocusedAsync();
        await TabToAsync(visit, "add-target-submit");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Visible("target-page")).ToHaveAttributeAsync("data-target", "service:stt");
        await Expect(visit.Visible("target-state").First).ToHaveTextAsync("ok");
        await AssertEscapeReturnsAsync(visit, "target-edit");
        await AssertEscapeReturnsAsync(visit, "target-remove");
        await CloseAsync();
    }

    [Fact]
    public async Task The_history_is_zoomed_and_read_with_the_keyboard()
    {
        await Until.SeenAsync(
            async () =>
            {
                var history = await fleet.Exporter.JsonAsync("/api/history?subject=host:box&value=cpu&range=1h");
                return history.List("series").Sum(series => series["avg"]!.AsArray().Count(value => value is not null)) >= 2 ? history : null;
            },
            "the history has two values",
            () => fleet.Exporter.Log,
            TimeSpan.FromMinutes(3));
        var visit = await VisitAsync(fleet.Exporter, new("hosts/box?value=cpu"));
        var readout = visit.Find("history").Locator(".readout");
        await Expect(visit.Visible("chart-series").First).ToBeVisibleAsync();

        await TabToAsync(visit, "choice-6h");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("choice-6h")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(visit.Visible("choice-1h")).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(visit.Page).ToHaveURLAsync(new Regex("range=6h"));
        await TabToAsync(visit, "choice-1h", "Shift+Tab");
        await visit.Page.Keyboard.PressAsync("Space");
        await Expect(visit.Visible("choice-1h")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(Chart(visit)).Not.ToHaveAttributeAsync("aria-busy", "true");

        Assert.Equal(60, await MinutesAsync(visit));
        await TabToAsync(visit, "history-zoom-in");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Visible("history-reset")).ToBeVisibleAsync();
        await Expect(visit.Visible("history-zoom-in")).ToBeFocusedAsync();
        await UntilMinutesAsync(visit, minutes => minutes < 60);
        await TabToAsync(visit, "history-zoom-out");
        var zoomed = await MinutesAsync(visit);
        await visit.Page.Keyboard.PressAsync("Space");
        await UntilMinutesAsync(visit, minutes => minutes > zoomed);
        await TabToAsync(visit, "history-reset");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Find("history-reset")).ToBeHiddenAsync();
        await Expect(visit.Visible("history-zoom-out")).ToBeFocusedAsync();
        await UntilMinutesAsync(visit, minutes => minutes == 60);

        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(Chart(visit)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("End");
        await Expect(readout).ToHaveAttributeAsync("aria-live", "polite");
        // A time and its value, instead of the period.
        await Expect(readout).ToContainTextAsync(" · ");
        var last = await readout.TextContentAsync();
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(readout).Not.ToHaveTextAsync(last!);
    }

    private static ILocator Chart(Visit visit) => visit.Find("history").Locator(".chart-box");

    /// <summary>How many minutes the chart shows, by its request.</summary>
    private static Task<int> MinutesAsync(Visit visit) => visit.Page.EvaluateAsync<int>(
        """
        () => {
          const last = performance.getEntriesByType('resource').map(e => new URL(e.name)).filter(url => url.pathname === '/api/history').at(-1);
          const [from, to] = ['from', 'to'].map(name => Date.parse(last.searchParams.get(name)));
          return last.searchParams.has('range') ? 60 * parseInt(last.searchParams.get('range'), 10) : Math.round((to - from) / 60000);
        }
        """);

    private static async Task UntilMinutesAsync(Visit visit, Func<int, bool> holds) => await Until.SeenAsync(
        async () => holds(await MinutesAsync(visit)) ? "shown" : null, "the chart shows another period", () => visit.Page.Url);

    /// <summary>Presses Tab until the element with the test id has the focus, which it shows; a dialog keeps the focus.</summary>
    private static async Task TabToAsync(Visit visit, string testId, string key = "Tab")
    {
        var seen = new List<string>();
        while (seen.Count < 80)
        {
            await visit.Page.Keyboard.PressAsync(key);
            seen.Add(await visit.Page.EvaluateAsync<string>(Focused));
            if (seen[^1] == testId)
            {
                Assert.True(
                    await visit.Page.EvaluateAsync<bool>("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"),
                    $"the focus on {testId} is not visible");
                return;
            }
        }

        Assert.Fail($"{key} does not reach {testId}: {string.Join(", ", seen)}");
    }

    /// <summary>The field has the focus, is marked as invalid and described by its error.</summary>
    private static async Task AssertErrorAsync(Visit visit, string testId, string error)
    {
        var field = visit.Visible(testId);
        await Expect(field).ToBeFocusedAsync();
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(field).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(error)));
    }

    /// <summary>Enter on the button opens a dialog that has the focus; Escape closes it and gives the focus back.</summary>
    private static async Task AssertEscapeReturnsAsync(Visit visit, string button)
    {
        await TabToAsync(visit, button);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Find("dialog").Locator(":focus")).ToHaveCountAsync(1);
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Find("dialog")).ToBeHiddenAsync();
        await Expect(visit.Visible(button)).ToBeFocusedAsync();
    }
}
