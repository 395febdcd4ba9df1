using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

public sealed class HostsTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_card_shows_what_the_host_has()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        var box = visit.Host("box");

        await Expect(visit.Seen("host")).ToHaveCountAsync(5);
        await Expect(box.GetByTestId("host-status")).ToHaveTextAsync("online");
        await Expect(box).ToContainTextAsync("site=lab");
        await Expect(box.GetByTestId("host-cpu")).ToContainTextAsync("%");
        await Expect(box.GetByTestId("host-memory")).ToContainTextAsync("GiB /");
        await Expect(box.GetByTestId("gpu")).ToContainTextAsync("NVIDIA H100 80GB HBM3");
        await Expect(box.GetByTestId("gpu-util")).ToContainTextAsync("100 %");
        await Expect(box.GetByTestId("gpu-memory")).ToContainTextAsync("19.4 GiB / 79.6 GiB");
        await Expect(box.GetByTestId("gpu-power")).ToContainTextAsync("632 / 700 W");
        await Expect(box.GetByTestId("gpu-temperature")).ToHaveTextAsync("59 °C");
        await Expect(box.GetByTestId("gpu-processes").Locator("li").First).ToContainTextAsync("python …15.3 GiB");
        await Expect(box.GetByTestId("host-sessions")).ToContainTextAsync(SmallFleet.Training);
        // What was never there is no zero.
        await Expect(visit.Host("other").GetByTestId("gpu")).ToHaveCountAsync(0);
        await Expect(visit.Host("away").GetByTestId("host-status")).ToHaveTextAsync("offline");
        await Expect(visit.Host("away").GetByTestId("host-reason")).ToContainTextAsync("refused");
        await Expect(visit.Host("away").GetByTestId("host-seen")).ToHaveTextAsync("never seen");
        await Expect(visit.Host("away").GetByTestId("host-cpu")).ToBeHiddenAsync();
        // Sick ones first.
        await Expect(visit.Seen("host").First).ToHaveAttributeAsync("data-host", "away");
    }

    [Fact]
    public async Task Lines_of_the_last_minutes_are_there_when_the_page_is_opened()
    {
        // Polled once a minute: what the page hears by itself is no line yet.
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1m\n", null, "--simulate", "2");
        await Until.SeenAsync(async () => (await exporter.JsonAsync("/api/recent")).List("times").Count >= 3 ? "yes" : null, "three moments are noted", () => exporter.Log, TimeSpan.FromSeconds(60));

        var visit = await VisitAsync(exporter, new("hosts"));
        var line = visit.Seen("gpu").First.Locator("svg polyline");
        await Expect(line).ToHaveCountAsync(1);
        Assert.InRange((await line.GetAttributeAsync("points"))!.Split(' ').Length, 3, 60);
        await CloseAsync();
    }

    [Fact]
    public async Task Values_move_without_a_reload()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts/box"));
        var spark = visit.Host("box").Locator("svg polyline").First;

        await Expect(spark).ToHaveCountAsync(1);
        var first = await visit.Find("updated").TextContentAsync();
        await Expect(visit.Find("updated")).Not.ToHaveTextAsync(first!);
    }

    [Fact]
    public async Task Filters_leave_what_matches()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Seen("host")).ToHaveCountAsync(5);

        await visit.Find("choice-problems").ClickAsync();
        await Expect(visit.Seen("host")).ToHaveCountAsync(1);
        await visit.Find("choice-gpu").ClickAsync();
        await Expect(visit.Find("hosts-count")).ToHaveTextAsync("2 of 5 hosts");
        await visit.Find("choice-all").ClickAsync();
        await visit.Find("hosts-filter").FillAsync("site lab");
        await Expect(visit.Seen("host")).ToHaveAttributeAsync("data-host", "box");
        await visit.Find("hosts-filter").FillAsync("nothing is called so");
        await Expect(visit.Find("notice-empty")).ToContainTextAsync("No host matches");
    }

    [Fact]
    public async Task There_is_no_hole_below_a_host_without_a_body()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Seen("host")).ToHaveCountAsync(5);
        await Expect(visit.Host("box").GetByTestId("gpu")).ToBeVisibleAsync();

        var holes = await visit.Page.EvaluateAsync<string[]>(
            """
            () => {
              const cards = [...document.querySelectorAll('[data-testid="host"]')].map(node => ({ node, at: node.getBoundingClientRect() }));
              return cards.filter(c => c.node.classList.contains('bad')).flatMap(c => {
                const below = cards.filter(o => o.at.top >= c.at.bottom && o.at.left === c.at.left).map(o => o.at.top);
                return !below.length || Math.min(...below) - c.at.bottom > 60 ? [c.node.dataset.host] : [];
              });
            }
            """);

        Assert.Empty(holes);
    }

    [Theory]
    [InlineData("hosts", "hosts-filter")]
    [InlineData("hosts/nobody", null)]
    [InlineData("sessions", "sessions-filter")]
    public async Task What_is_said_once_is_not_said_again(string view, string? filter)
    {
        var visit = await VisitAsync(fleet.Exporter, new(view));
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");
        if (filter is not null)
        {
            await visit.Find(filter).FillAsync("nothing is called so");
        }

        await Expect(visit.Find($"view-{view.Split('/')[0]}").Locator(".notice")).ToBeVisibleAsync();
        await visit.Page.EvaluateAsync(
            """
            () => {
              window.said = [...document.querySelectorAll('main [role="status"], main [role="alert"]')].map(e => e.textContent);
              new MutationObserver(records => { for (const node of records.flatMap(r => [...r.addedNodes])) if (node.parentElement?.closest('[role="status"], [role="alert"]') || node.matches?.('[role]')) window.said.push(node.textContent); })
                .observe(document.querySelector('main section:not([hidden])'), { childList: true, subtree: true });
            }
            """);
        for (var turn = 0; turn < 3; turn++)
        {
            var updated = await visit.Find("updated").TextContentAsync();
            await Expect(visit.Find("updated")).Not.ToHaveTextAsync(updated!);
        }

        // Other tests make and kill sessions meanwhile: what is new is said, once.
        var said = await visit.Page.EvaluateAsync<string[]>("() => window.said.filter(text => text)");
        Assert.NotEmpty(said);
        Assert.Equal(said.Distinct(), said);
    }

    [Fact]
    public async Task One_host_has_a_page_of_its_own_and_an_address()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await visit.Host("box").GetByRole(AriaRole.Link, new() { Name = "box", Exact = true }).ClickAsync();

        await Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#hosts/box$"));
        await Expect(visit.Host("box")).ToContainTextAsync(fleet.Box.Server.Address);
        await visit.Find("hosts-back").ClickAsync();
        await Expect(visit.Seen("host")).ToHaveCountAsync(5);
        await visit.Page.GoBackAsync();
        await Expect(visit.Find("hosts-back")).ToBeVisibleAsync();

        await visit.GoAsync("hosts/no such host");
        await Expect(visit.Find("notice-error")).ToContainTextAsync("Unknown host");
    }
}
