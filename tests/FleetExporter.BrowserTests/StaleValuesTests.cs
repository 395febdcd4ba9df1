using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>A host that stops answering while the service keeps running.</summary>
public sealed class StaleValuesTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task Old_values_look_stale_until_new_ones_arrive()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        var visit = await VisitAsync(exporter, new("hosts"));
        var (box, slot) = (visit.Host("box"), visit.Host("box").Locator(".slot"));
        await Expect(box.GetByTestId("host-cpu")).ToBeVisibleAsync();
        await Expect(slot).Not.ToHaveClassAsync(Stale());
        await Expect(box.GetByTestId("host-seen")).ToHaveTextAsync("");

        machine.Server.Pause();
        try
        {
            await Expect(box.GetByTestId("host-status")).ToHaveTextAsync("offline");
            await Expect(slot).ToHaveClassAsync(Stale());
            await Expect(box.GetByTestId("host-seen")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^seen [0-9]+s ago$"));
            Assert.Equal("italic", await slot.EvaluateAsync<string>("e => getComputedStyle(e).fontStyle"));
            Assert.Equal("grayscale(0.9)", await slot.EvaluateAsync<string>("e => getComputedStyle(e).filter"));
            // Stale values keep their contrast.
            await Axe.CheckAsync(visit.Page, "old values");
            await Expect(visit.Find("overall")).ToHaveTextAsync("1 host offline");
            // The status change is among the latest events.
            await visit.GoAsync("overview");
            await Expect(visit.Visible("event").Filter(new() { HasText = "offline" }).First).ToContainTextAsync("box");
            await visit.GoAsync("hosts");
        }
        finally
        {
            machine.Server.Continue();
        }

        await Expect(box.GetByTestId("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });
        await Expect(slot).Not.ToHaveClassAsync(Stale());
        await Expect(visit.Find("overall")).ToHaveTextAsync("All OK");
        await CloseAsync();
    }

    [Fact]
    public async Task A_sparkline_has_a_gap_while_the_host_is_offline()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        var visit = await VisitAsync(exporter, new("hosts/box"));
        var (line, trend) = (visit.Find("host-trend").Locator("polyline"), visit.Find("host-trend"));
        await Expect(line).ToHaveCountAsync(1);
        await Expect(trend).ToContainTextAsync("CPU, last 10 minutes");
        // The trend is directly below the CPU bar.
        Assert.True((await trend.BoundingBoxAsync())!.Y < (await visit.Find("host-memory").BoundingBoxAsync())!.Y);

        machine.Server.Pause();
        try
        {
            await Expect(visit.Host("box").GetByTestId("host-status")).ToHaveTextAsync("offline");
            await Expect(trend.Locator("svg")).ToHaveAttributeAsync(
                "aria-label", new System.Text.RegularExpressions.Regex("now unknown$"), new() { Timeout = 15_000 });
        }
        finally
        {
            machine.Server.Continue();
        }

        await Expect(line).ToHaveCountAsync(2, new() { Timeout = 30_000 });
        await CloseAsync();
    }

    private static System.Text.RegularExpressions.Regex Stale() => new(@"\bstale\b");
}
