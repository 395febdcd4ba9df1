using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

public sealed class HostsTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_card_shows_the_hosts_values()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        var box = visit.Host("box");

        await Expect(visit.Visible("host")).ToHaveCountAsync(5);
        await Expect(box.GetByTestId("host-status")).ToHaveTextAsync("online");
        await Expect(box).ToContainTextAsync("site=lab");
        await Expect(box.GetByTestId("host-cpu")).ToContainTextAsync("%");
        await Expect(box.GetByTestId("host-memory")).ToContainTextAsync("GiB /");
        await Expect(box.GetByTestId("gpu")).ToContainTextAsync("NVIDIA H100 80GB HBM3");
        await Expect(box.GetByTestId("gpu-util")).ToContainTextAsync("100 %");
        await Expect(box.GetByTestId("gpu-memory")).ToContainTextAsync("19.4 GiB / 79.6 GiB");
        await Expect(box.GetByTestId("gpu-power")).ToContainTextAsync("632 / 700 W");
        await Expect(box.GetByTestId("gpu-temperature")).ToHaveTextAsync("59 °C");
        await Expect(box.GetByTestId("gpu-processes").Locator("li").First).ToContainTextAsync(
            $"python …{fleet.Box.User.Name} · tmux {SmallFleet.TrainingSession}15.3 GiB");
        await Expect(box.GetByTestId("host-sessions")).ToContainTextAsync(SmallFleet.TrainingSession);
        // Absent values are not shown as zero.
        await Expect(visit.Host("other").GetByTestId("gpu")).ToHaveCountAsync(0);
        await Expect(visit.Host("away").GetByTestId("host-status")).ToHaveTextAsync("offline");
        await Expect(visit.Host("away").GetByTestId("host-reason")).ToContainTextAsync("refused");
        await Expect(visit.Host("away").GetByTestId("host-seen")).ToHaveTextAsync("never seen");
        await Expect(visit.Host("away").GetByTestId("host-cpu")).ToBeHiddenAsync();
        // Hosts with problems come first.
        await Expect(visit.Visible("host").First).ToHaveAttributeAsync("data-host", "away");
    }

    [Fact]
    public async Task GPUs_are_released_for_some_minutes_and_polled_again()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, $"poll_interval: 1s\n{SmallFleet.KeysYaml}\n", null, "--simulate", "1");
        var visit = await VisitAsync(exporter, new("hosts/dgx-spark-1", SmallFleet.OperatorKey));
        await Expect(visit.Visible("gpu")).ToHaveCountAsync(1);

        await visit.Visible("gpu-release").ClickAsync();
        await visit.Page.GetByTestId("release-minutes").FillAsync("0");
        await visit.Page.GetByTestId("release-submit").ClickAsync();
        await Expect(visit.Page.GetByTestId("release")).ToBeVisibleAsync();
        await visit.Page.GetByTestId("release-minutes").FillAsync("20");
        await visit.Page.GetByTestId("release-submit").ClickAsync();
        await Expect(visit.Visible("gpus-released")).ToContainTextAsync("GPUs are not polled until ");
        await Expect(visit.Visible("gpu")).ToHaveCountAsync(0);

        await visit.Visible("gpu-release-end").ClickAsync();
        await Expect(visit.Visible("gpu")).ToHaveCountAsync(1);
        await Expect(visit.Visible("gpu-release")).ToHaveCountAsync(1);
        Assert.Empty(visit.Errors);
        await DiscardAsync(visit);
    }

    [Fact]
    public async Task Sparklines_show_the_minutes_before_the_page_was_opened()
    {
        // Polled once a minute: updates alone do not make a line in time.
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1m\n", null, "--simulate", "2");
        await Until.SeenAsync(
            async () => (await exporter.JsonAsync("/api/recent")).List("times").Count >= 3 ? "yes" : null,
            "/api/recent has three times",
            () => exporter.Log,
            TimeSpan.FromSeconds(60));

        var visit = await VisitAsync(exporter, new("hosts"));
        var line = visit.Visible("gpu").First.Locator("svg polyline");
        await Expect(line).ToHaveCountAsync(1);
        Assert.InRange((await line.GetAttributeAsync("points"))!.Split(' ').Length, 3, 60);
        await CloseAsync();
    }

    [Fact]
    public async Task Values_update_without_a_reload()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts/box"));
        var spark = visit.Host("box").Locator("svg polyline").First;

        await Expect(spark).ToHaveCountAsync(1);
        var first = await visit.Find("updated").TextContentAsync();
        await Expect(visit.Find("updated")).Not.ToHaveTextAsync(first!);
    }

    [Fact]
    public async Task Filters_show_matching_hosts_only()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Visible("host")).ToHaveCountAsync(5);

        await visit.Find("choice-problems").ClickAsync();
        await Expect(visit.Visible("host")).ToHaveCountAsync(1);
        await visit.Find("choice-gpu").ClickAsync();
        await Expect(visit.Find("hosts-count")).ToHaveTextAsync("2 of 5 hosts");
        await visit.Find("choice-all").ClickAsync();
        await visit.Find("hosts-filter").FillAsync("site lab");
        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "box");
        await visit.Find("hosts-filter").FillAsync("matches nothing");
        await Expect(visit.Find("notice-empty")).ToContainTextAsync("No host matches");
    }

    [Fact]
    public async Task There_is_no_gap_below_the_short_card_of_an_offline_host()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await Expect(visit.Visible("host")).ToHaveCountAsync(5);
        await Expect(visit.Host("box").GetByTestId("gpu")).ToBeVisibleAsync();

        var gaps = await visit.Page.EvaluateAsync<string[]>(
            """
            () => {
              const cards = [...document.querySelectorAll('[data-testid="host"]')].map(node => ({ node, at: node.getBoundingClientRect() }));
              return cards.filter(c => c.node.classList.contains('bad')).flatMap(c => {
                const below = cards.filter(o => o.at.top >= c.at.bottom && o.at.left === c.at.left).map(o => o.at.top);
                return !below.length || Math.min(...below) - c.at.bottom > 60 ? [c.node.dataset.host] : [];
              });
            }
            """);

        Assert.Empty(gaps);
    }

    [Theory]
    [InlineData("hosts", "hosts-filter")]
    [InlineData("hosts/nobody", null)]
    [InlineData("sessions", "sessions-filter")]
    public async Task A_notice_is_announced_once_to_screen_readers(string view, string? filter)
    {
        var visit = await VisitAsync(fleet.Exporter, new(view));
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");
        if (filter is not null)
        {
            await visit.Find(filter).FillAsync("matches nothing");
        }

        await Expect(visit.Find($"view-{view.Split('/')[0]}").Locator(".notice")).ToBeVisibleAsync();
        await visit.Page.EvaluateAsync(
            """
            () => {
              window.announced = [...document.querySelectorAll('main [role="status"], main [role="alert"]')].map(e => e.textContent);
              const isAnnounced = node => node.parentElement?.closest('[role="status"], [role="alert"]') || node.matches?.('[role]');
              const record = records => {
                const added = records.flatMap(r => [...r.addedNodes]);
                window.announced.push(...added.filter(isAnnounced).map(node => node.textContent));
              };
              new MutationObserver(record)
                .observe(document.querySelector('main section:not([hidden])'), { childList: true, subtree: true });
            }
            """);
        for (var turn = 0; turn < 3; turn++)
        {
            var updated = await visit.Find("updated").TextContentAsync();
            await Expect(visit.Find("updated")).Not.ToHaveTextAsync(updated!);
        }

        // Other tests create and kill sessions meanwhile, so new notices may appear, each once.
        var announced = await visit.Page.EvaluateAsync<string[]>("() => window.announced.filter(text => text)");
        Assert.NotEmpty(announced);
        Assert.Equal(announced.Distinct(), announced);
    }

    [Fact]
    public async Task A_single_host_has_its_own_view_and_URL()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts"));
        await visit.Host("box").GetByRole(AriaRole.Link, new() { Name = "box", Exact = true }).ClickAsync();

        await Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#hosts/box$"));
        await Expect(visit.Host("box")).ToContainTextAsync(fleet.Box.Server.Address);
        await visit.Find("hosts-back").ClickAsync();
        await Expect(visit.Visible("host")).ToHaveCountAsync(5);
        await visit.Page.GoBackAsync();
        await Expect(visit.Find("hosts-back")).ToBeVisibleAsync();

        await visit.GoAsync("hosts/no such host");
        await Expect(visit.Find("notice-error")).ToContainTextAsync("Unknown host");
    }
}
