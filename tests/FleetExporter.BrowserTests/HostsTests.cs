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

        await visit.Find("choice-sick").ClickAsync();
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
        await Expect(visit.Find("notice-error")).ToContainTextAsync("There is no such host");
    }
}
