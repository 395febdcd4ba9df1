using System.Diagnostics;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>What the page shows while the service is unreachable.</summary>
/// <remarks>Not parallel to other tests, because it measures time.</remarks>
[CollectionDefinition(nameof(ConnectionLossTests), DisableParallelization = true)]
[Collection(nameof(ConnectionLossTests))]
public sealed class ConnectionLossTests(Chromium chromium) : PageTest(chromium)
{
    private const string Config = "poll_interval: 1s\nhosts: [{ name: here }]\n";

    /// <summary>The number of scripts that the page has loaded.</summary>
    private const string LoadedScripts =
        "() => new Set(performance.getEntriesByType('resource').map(e => e.name).filter(name => name.endsWith('.js'))).size";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task The_page_shows_within_two_seconds_that_the_service_is_gone_and_recovers()
    {
        using var folder = new TestFolder();
        Visit visit;
        int port;
        await using (var exporter = await Exporter.StartAsync(folder, Config))
        {
            port = exporter.Http.BaseAddress!.Port;
            await exporter.UntilOnlineAsync("here");
            visit = await VisitAsync(exporter, new("hosts"));
            visit.AllowConnectionLoss();
            await Expect(visit.Find("host-status")).ToHaveTextAsync("online");
            await Expect(visit.Find("lost")).ToBeHiddenAsync();
            var updated = await visit.Find("updated").TextContentAsync();

            var watch = Stopwatch.StartNew();
            await exporter.KillAsync();
            await visit.Find("lost").WaitForAsync(new() { State = WaitForSelectorState.Visible });
            var elapsed = watch.Elapsed;

            TestContext.Current.TestOutputHelper?.WriteLine($"shown after {elapsed.TotalMilliseconds:0} ms");
            Assert.True(elapsed < Limit, $"shown after {elapsed.TotalMilliseconds:0} ms");
            await Expect(visit.Find("connection")).ToHaveTextAsync("lost");
            await Expect(visit.Find("lost")).ToContainTextAsync("No connection to the service. The values shown are from ");
            // The last values are still shown, in grey.
            await Expect(visit.Find("host-status")).ToHaveTextAsync("online");
            Assert.StartsWith("grayscale", await StyleAsync(visit, "filter"), StringComparison.Ordinal);
            await Axe.CheckAsync(visit.Page, "a page without its service");
            Assert.StartsWith("⚠", await visit.Page.TitleAsync(), StringComparison.Ordinal);
            Assert.NotNull(updated);
        }

        await using var again = await Exporter.StartAsync(folder, Config, null, "--listen", $"127.0.0.1:{port}");

        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        await Expect(visit.Find("connection")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(live|polling)$"));
        await Expect(visit.Find("host-status")).ToHaveTextAsync("online");
        Assert.Equal("none", await StyleAsync(visit, "filter"));
        await CloseAsync();
    }

    [Fact]
    public async Task Unvisited_views_open_without_the_service_and_show_no_error_once_it_is_back()
    {
        using var folder = new TestFolder();
        Visit visit;
        string authority;
        await using (var exporter = await Exporter.StartAsync(folder, Config))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            await exporter.UntilOnlineAsync("here");
            visit = await VisitAsync(exporter);
            visit.AllowConnectionLoss();
            var scripts = Directory.GetFiles(Repository.PathOf("src", "FleetExporter", "wwwroot"), "*.js", SearchOption.AllDirectories);
            await Until.SeenAsync(
                async () => await visit.Page.EvaluateAsync<int>(LoadedScripts) == scripts.Length ? "all" : null,
                "every script is loaded",
                () => exporter.Log);
            await exporter.KillAsync();
        }

        await Expect(visit.Find("lost")).ToBeVisibleAsync();
        foreach (var view in (string[])["hosts", "sessions", "alerts", "jobs", "exec"])
        {
            await visit.Find($"tab-{view}").ClickAsync();
            await Expect(visit.Find(view == "exec" ? "exec-reload" : $"{view}-filter")).ToBeVisibleAsync();
            await Expect(visit.Find($"view-{view}")).Not.ToContainTextAsync("could not be loaded");
        }

        await using var again = await Exporter.StartAsync(folder, Config, null, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        foreach (var view in (string[])["exec", "jobs", "sessions", "hosts"])
        {
            await visit.Find($"tab-{view}").ClickAsync();
            await Views.UntilLoadedAsync(visit, view);
            await Expect(visit.Find($"view-{view}").GetByTestId("notice-error")).ToHaveCountAsync(0);
        }

        await CloseAsync();
    }

    [Fact]
    public async Task A_view_whose_script_failed_to_load_is_shown_when_the_service_is_back()
    {
        using var folder = new TestFolder();
        Visit visit;
        string authority;
        await using (var exporter = await Exporter.StartAsync(folder, Config))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            await exporter.UntilOnlineAsync("here");
            // The script's request fails only after the service is gone.
            var serviceGone = new TaskCompletionSource();
            visit = await VisitAsync(exporter, new(Prepare: page => page.RouteAsync("**/views/jobs.js", async route =>
            {
                await serviceGone.Task;
                await route.AbortAsync();
            })));
            visit.AllowConnectionLoss();
            await Expect(visit.Find("connection")).ToHaveTextAsync("live");
            await exporter.KillAsync();
            await Expect(visit.Find("lost")).ToBeVisibleAsync();
            await visit.Find("tab-jobs").ClickAsync();
            serviceGone.SetResult();
            await Expect(visit.Find("view-jobs").GetByTestId("notice-error")).ToContainTextAsync("The view loads as soon as it does.");
            await visit.Page.UnrouteAllAsync();
        }

        await using var again = await Exporter.StartAsync(folder, Config, null, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        // Browsers may cache a failed import; then the view asks for a reload.
        await Expect(visit.Find("jobs-filter").Or(visit.Find("view-jobs").GetByText("Reload the page."))).ToBeVisibleAsync();
        await DiscardAsync(visit);
    }

    [Fact]
    public async Task A_view_shows_the_error_in_place_of_data_that_cannot_be_loaded()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, Config);
        var visit = await VisitAsync(exporter, new("sessions", Prepare: async page =>
        {
            await page.RouteAsync(new System.Text.RegularExpressions.Regex(@"/api/(hosts|overview)"), route => route.FulfillAsync(new()
            {
                Status = 500,
                ContentType = "application/problem+json",
                Body = """{"title":"Broken","status":500,"detail":"The disk is on fire."}""",
            }));
            await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());
        }));
        visit.ExpectStatus("/api/", 500);
        foreach (var view in (string[])["sessions", "hosts", "overview"])
        {
            await visit.GoAsync(view);
            await Expect(visit.Find($"view-{view}").GetByTestId("notice-error")).ToContainTextAsync("The disk is on fire.");
            await Expect(visit.Find($"view-{view}").GetByTestId("notice-loading")).ToHaveCountAsync(0);
        }

        await CloseAsync();
    }

    /// <summary>A service that accepts connections but does not answer is lost too.</summary>
    [Fact]
    public async Task A_hanging_service_is_shown_as_lost()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, Config);
        var visit = await VisitAsync(exporter);
        visit.AllowConnectionLoss();
        // The store's timeout goes on while the process is stopped.
        visit.ExpectStatus("/api/", 503);
        await Expect(visit.Find("connection")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(live|polling)$"));

        var watch = Stopwatch.StartNew();
        exporter.Send(Signal.Stop);
        try
        {
            await visit.Find("lost").WaitForAsync(new() { State = WaitForSelectorState.Visible });
            // A busy machine shows it later than the page decides it.
            Assert.True(watch.Elapsed < 2 * Limit, $"shown after {watch.ElapsedMilliseconds} ms");
        }
        finally
        {
            exporter.Send(Signal.Cont);
        }

        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        await CloseAsync();
    }

    private static Task<string> StyleAsync(Visit visit, string property) =>
        visit.Page.EvaluateAsync<string>("name => getComputedStyle(document.getElementById('main'))[name]", property);
}
