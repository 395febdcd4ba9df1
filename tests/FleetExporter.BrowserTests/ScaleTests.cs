using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Two hundred hosts.</summary>
public sealed class ScaleTests(Chromium chromium) : PageTest(chromium)
{
    private const int Hosts = 200;

    /// <summary>Cards near what is seen are whole, the others are a head: what the page holds does not follow from what it knows.</summary>
    private const int MostElements = 8000;

    [Fact]
    public async Task The_page_holds_what_is_near_and_scrolls_through_all()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 5s\n", null, "--simulate", $"{Hosts}");
        await exporter.UntilAsync("all hosts", p => p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == 160);
        // The same fleet with eight GPUs in each host that has any, twice as many as simulated.
        var model = (await exporter.JsonAsync("/api/hosts")).List("items").First(h => h["gpus"]!.AsArray().Count == 8).ToJsonString();
        var large = new JsonArray([.. Enumerable.Range(1, Hosts).Select(n => Named(model, $"server-{n}"))]);

        await ThroughAsync(await VisitAsync(exporter, new("hosts")), "dgx-spark-1");
        await ThroughAsync(
            await VisitAsync(exporter, new("hosts", Prepare: async page =>
            {
                await page.RouteAsync("**/api/hosts*", route =>
                    route.FulfillAsync(
                        new() { ContentType = "application/json", Body = $$"""{"items":{{large.ToJsonString()}},"next_cursor":null}""" }));
                await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());
            })),
            "server-1");
        await CloseAsync();
    }

    private static async Task ThroughAsync(Visit visit, string known)
    {
        await Expect(visit.Seen("host")).ToHaveCountAsync(Hosts, new() { Timeout = 30_000 });
        await Expect(visit.Host(known)).ToHaveCountAsync(1);
        var most = 0;
        int height;
        for (var y = 0; y < (height = await visit.Page.EvaluateAsync<int>("() => document.scrollingElement.scrollHeight")); y += 800)
        {
            // What a frame shows, is there in that frame or the next ones.
            var seen = JsonNode.Parse(await visit.Page.EvaluateAsync<string>(
                """
                async y => {
                  scrollTo(0, y);
                  for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
                  const cards = [...document.querySelectorAll('[data-testid="host"]')]
                """
                + """
                .filter(c => { const r = c.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight; });
                  return JSON.stringify({ elements: document.querySelectorAll('*').length, cards: cards.length,
                """
                + """
                 bare: cards.filter(c => !c.querySelector('[data-testid="host-cpu"]')).map(c => c.dataset.host) });
                }
                """,
                y))!;
            most = Math.Max(most, (int)seen.Number("elements")!.Value);
            Assert.NotEqual(0, seen.Number("cards"));
            Assert.True(seen.List("bare").Count == 0, $"without a body at {y} px: {seen["bare"]}");
        }

        // Cards that come near grow, and the end moves on.
        await visit.Page.Keyboard.PressAsync("End");
        await visit.Seen("host").Last.ScrollIntoViewIfNeededAsync();
        await Expect(visit.Seen("host").Last.GetByTestId("host-cpu")).ToBeVisibleAsync();
        Assert.InRange(height, 5000, 200_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{most} elements at most, {height} px");
        Assert.InRange(most, Hosts, MostElements);
    }

    private static JsonNode Named(string model, string name)
    {
        var host = JsonNode.Parse(model)!;
        host["hostname"] = name;
        host["sessions"] = new JsonArray();
        return host;
    }
}
