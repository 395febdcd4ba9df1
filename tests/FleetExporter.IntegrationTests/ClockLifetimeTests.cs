using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Setting the wall clock of the service ends no login session, ticket or confirmation token, and lets none live longer.</summary>
public sealed class ClockLifetimeTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_clock_set_forward_expires_nothing_early() => RunAsync(async (exporter, clock, browser) =>
    {
        var ticket = await TicketAsync(exporter);
        var token = await TokenAsync(exporter);

        clock.Set(TimeSpan.FromDays(1));

        await exporter.UntilAsync(
            "the clock is seen", p => p.Value("fleet_collector_last_success_timestamp_seconds", ("collector", "host")) > Now(TimeSpan.FromHours(23)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/api/me"));
        Assert.Equal(HttpStatusCode.OK, await RedeemAsync(exporter, ticket));
        Assert.Equal(HttpStatusCode.OK, (await KillAsync(exporter, token)).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/api/me"));
    });

    [Fact]
    public Task A_clock_set_back_extends_nothing() => RunAsync(async (exporter, clock, browser) =>
    {
        var made = Stopwatch.StartNew();
        var (ticket, late) = (await TicketAsync(exporter), await TicketAsync(exporter));
        var token = await TokenAsync(exporter);
        var all = Stopwatch.StartNew();

        clock.Set(TimeSpan.FromHours(-1));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/api/me"));
        Assert.Equal(HttpStatusCode.OK, await RedeemAsync(exporter, ticket));
        Assert.True(made.Elapsed < Life, $"the machine took {made.Elapsed}");

        await Task.Delay(Life + TimeSpan.FromSeconds(1) - all.Elapsed, Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, await RedeemAsync(exporter, late));
        Assert.Equal(HttpStatusCode.Forbidden, (await KillAsync(exporter, token)).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/api/me"));
    });

    /// <summary>
    /// Runs a test on a service that watches a machine with one session, whose wall clock can be set, and a browser that has logged in.
    /// </summary>
    private static async Task RunAsync(Func<Exporter, WallClock, HttpClient, Task> testAsync)
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("train");
        var clock = new WallClock(machine.Folder);
        await using var exporter = await machine.WatchAsync(environment: clock.Environment);
        await exporter.UntilHostAsync("the session is seen", h => h.List("sessions").Any());
        using var browser = await LoginAsync(exporter);
        await testAsync(exporter, clock, browser);
    }

    /// <summary>A browser with the cookie of a login and without a key.</summary>
    private static async Task<HttpClient> LoginAsync(Exporter exporter)
    {
        var key = exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        using var login = await exporter.Http.PostAsJsonAsync("/api/login", new { key }, Stop);
        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        var cookie = login.Headers.GetValues("Set-Cookie").Single();
        // A browser counts Max-Age from when the cookie came; a date would be of the service's clock.
        Assert.Contains("max-age=43200", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
        var browser = Anonymous(exporter);
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        return browser;
    }

    private static async Task<string> TicketAsync(Exporter exporter)
    {
        using var answer = await exporter.Http.PostAsync("/api/tickets", null, Stop);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!.Text("ticket");
    }

    private static async Task<HttpStatusCode> RedeemAsync(Exporter exporter, string ticket)
    {
        using var http = Anonymous(exporter);
        return await StatusAsync(http, $"/gpu/stream?ticket={ticket}");
    }

    private static async Task<string> TokenAsync(Exporter exporter) =>
        (await KillAsync(exporter, null)).Body.Text("confirmation_token");

    private static async Task<(HttpStatusCode Status, JsonNode Body)> KillAsync(Exporter exporter, string? token)
    {
        var body = new { force = true, confirmation_token = token };
        using var answer = await exporter.Http.PostAsJsonAsync("/api/sessions/box:train/kill", body, Stop);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Stop);
        return answer.StatusCode;
    }

    private static HttpClient Anonymous(Exporter exporter) =>
        new(new HttpClientHandler { UseCookies = false }) { BaseAddress = exporter.Http.BaseAddress };

    private static double Now(TimeSpan offset) => (TimeProvider.System.GetUtcNow() + offset).ToUnixTimeMilliseconds() / 1000.0;
}
