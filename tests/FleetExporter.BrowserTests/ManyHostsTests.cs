using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The page with two hundred hosts.</summary>
public sealed class ManyHostsTests(Chromium chromium) : PageTest(chromium)
{
    private const int Hosts = 200;

    /// <summary>Only cards near the viewport have a body, so the number of elements does not grow with that of GPUs and sessions.</summary>
    private const int MaxElements = 8000;

    [Fact]
    public async Task Only_cards_near_the_viewport_have_a_body_and_scrolling_shows_all()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 5s\n", null, "--simulate", $"{Hosts}");
        await exporter.UntilAsync("all hosts", p => p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == 160);
        // The same number of hosts with eight GPUs each.
        var template = (await exporter.JsonAsync("/api/hosts")).List("items").First(h => h["gpus"]!.AsArray().Count == 8).ToJsonString();
        var large = new JsonArray([.. Enumerable.Range(1, Hosts).Select(n => WithName(template, $"server-{n}"))]);

        await ScrollThroughAsync(await VisitAsync(exporter, new("hosts")), "dgx-spark-1");
        await ScrollThroughAsync(
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

    private static async Task ScrollThroughAsync(Visit visit, string known)
    {
        await Expect(visit.Visible("host")).ToHaveCountAsync(Hosts, new() { Timeout = 30_000 });
        await Expect(visit.Host(known)).ToHaveCountAsync(1);
        var maxElements = 0;
        int height;
        for (var y = 0; y < (height = await visit.Page.EvaluateAsync<int>("() => document.scrollingElement.scrollHeight")); y += 800)
        {
            // A card that scrolls into view has its body within four frames.
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
            maxElements = Math.Max(maxElements, (int)seen.Number("elements")!.Value);
            Assert.NotEqual(0, seen.Number("cards"));
            Assert.True(seen.List("bare").Count == 0, $"without a body at {y} px: {seen["bare"]}");
        }

        // Cards grow when their body appears, so the end of the page moves.
        await visit.Page.Keyboard.PressAsync("End");
        await visit.Visible("host").Last.ScrollIntoViewIfNeededAsync();
        await Expect(visit.Visible("host").Last.GetByTestId("host-cpu")).ToBeVisibleAsync();
        Assert.InRange(height, 5000, 200_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"at most {maxElements} elements, {height} px");
        Assert.InRange(maxElements, Hosts, MaxElements);
    }

    private static JsonNode WithName(string template, string name)
    {
        var host = JsonNode.Parse(template)!;
        host["hostname"] = name;
        host["sessions"] = new JsonArray();
        return host;
    }
}
