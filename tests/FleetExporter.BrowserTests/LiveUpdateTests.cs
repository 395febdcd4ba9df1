using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Updates over the WebSocket and by polling.</summary>
public sealed class LiveUpdateTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task Over_a_WebSocket_the_page_updates_without_polling()
    {
        var requests = 0;
        var visit = await VisitAsync(fleet.Exporter, new("hosts", Prepare: page =>
        {
            page.Request += (_, request) => requests += request.Url.EndsWith("/api/hosts", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        }));
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");

        // A new tmux session on the host appears without a request.
        var before = requests;
        await fleet.OtherTmux.CreateAsync("just-now", "exec sleep 6000");
        await Expect(visit.Host("other").GetByTestId("host-sessions")).ToContainTextAsync("just-now");
        await fleet.OtherTmux.RunAsync("kill-session", "-t", "just-now");
        await Expect(visit.Host("other").GetByTestId("host-sessions")).Not.ToContainTextAsync("just-now");
        Assert.Equal(before, requests);
    }

    [Fact]
    public async Task Without_a_WebSocket_the_page_polls()
    {
        var visit = await VisitAsync(
            fleet.Exporter, new("hosts", Prepare: page => page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync())));

        await Expect(visit.Find("connection")).ToHaveTextAsync("polling");
        await Expect(visit.Host("box").GetByTestId("host-status")).ToHaveTextAsync("online");
        var first = await visit.Find("updated").TextContentAsync();
        await Expect(visit.Find("updated")).Not.ToHaveTextAsync(first!);
    }
}
