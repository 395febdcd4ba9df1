using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>A host whose machine falls silent while the service goes on.</summary>
public sealed class StaleTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task What_is_of_an_earlier_moment_looks_so_and_fresh_again_when_it_is()
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
            Assert.Equal(
                ("italic", "grayscale(0.9)"),
                (await slot.EvaluateAsync<string>("e => getComputedStyle(e).fontStyle"),
                    await slot.EvaluateAsync<string>("e => getComputedStyle(e).filter")));
            // Old, but as easy to read.
            await Axe.CheckAsync(visit.Page, "old values");
            await Expect(visit.Find("overall")).ToHaveTextAsync("1 host offline");
            // The change is in the log.
            await visit.GoAsync("overview");
            await Expect(visit.Find("log-entry").Filter(new() { HasText = "→ offline" }).First).ToContainTextAsync("box");
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
    public async Task A_line_has_a_gap_where_nothing_was_heard_and_ends_there_until_something_is()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        var visit = await VisitAsync(exporter, new("hosts/box"));
        var (line, trend) = (visit.Find("host-trend").Locator("polyline"), visit.Find("host-trend"));
        await Expect(line).ToHaveCountAsync(1);
        await Expect(trend).ToContainTextAsync("CPU, last 10 minutes");
        // Under its own bar.
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
