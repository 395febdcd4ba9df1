using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The page over its WebSocket.</summary>
public sealed class LiveTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task The_page_is_live_and_asks_for_nothing_again_and_again()
    {
        var asked = 0;
        var visit = await VisitAsync(fleet.Exporter, new("hosts", Prepare: page =>
        {
            page.Request += (_, request) => asked += request.Url.EndsWith("/api/hosts", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        }));
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");

        // A session that appears on the host appears here, without a request.
        var before = asked;
        await fleet.OtherTmux.CreateAsync("just-now", "exec sleep 6000");
        await Expect(visit.Host("other").GetByTestId("host-sessions")).ToContainTextAsync("just-now");
        await fleet.OtherTmux.RunAsync("kill-session", "-t", "just-now");
        await Expect(visit.Host("other").GetByTestId("host-sessions")).Not.ToContainTextAsync("just-now");
        Assert.Equal(before, asked);
    }

    [Fact]
    public async Task Where_no_WebSocket_comes_through_the_page_asks()
    {
        var visit = await VisitAsync(
            fleet.Exporter, new("hosts", Prepare: page => page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync())));

        await Expect(visit.Find("connection")).ToHaveTextAsync("polling");
        await Expect(visit.Host("box").GetByTestId("host-status")).ToHaveTextAsync("online");
        var first = await visit.Find("updated").TextContentAsync();
        await Expect(visit.Find("updated")).Not.ToHaveTextAsync(first!);
    }
}
