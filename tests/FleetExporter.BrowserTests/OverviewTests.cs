using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

public sealed class OverviewTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task Areas_in_use_show_status_and_reason()
    {
        var visit = await VisitAsync(fleet.Exporter);

        await Expect(visit.Find("areas").Locator("article")).ToHaveCountAsync(6);
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("box");
        // Full utilisation is no problem.
        await Expect(visit.Find("status-gpu")).ToHaveTextAsync("ok");
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("100 % · 59 °C");
        await Expect(visit.Find("area-local_gpu")).ToContainTextAsync("here");
        await Expect(visit.Find("area-provider")).ToContainTextAsync("qwen-coder");
        await Expect(visit.Find("status-provider")).ToHaveTextAsync("ok");
        await Expect(visit.Find("area-multimodal")).ToContainTextAsync("1 of 2 up: imagegen loading");
        await Expect(visit.Find("status-multimodal")).ToHaveTextAsync("degraded");
        await Expect(visit.Find("area-multimodal")).ToContainTextAsync("whisper-large-v3");
        // What is not configured has no card.
        await Expect(visit.Find("area-gateway")).ToHaveCountAsync(0);
        await Expect(visit.Find("area-hosts")).ToContainTextAsync("away offline");
        await Expect(visit.Find("status-tunnel")).ToHaveTextAsync("ok");
        await Expect(visit.Find("strip")).ToContainTextAsync("4/5hosts answering, 0 degraded, 1 offline");
        await Expect(visit.Find("strip")).ToContainTextAsync("2/2GPUs busy");
        await Expect(visit.Find("overall")).ToHaveTextAsync("1 host offline");
        Assert.Contains("FleetExporter: 1 host offline", await visit.Page.TitleAsync(), StringComparison.Ordinal);
        await Expect(visit.Find("updated")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d\d:\d\d:\d\d$"));
    }
}
