using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Alerts of a real Alertmanager, which the page acknowledges with silences.</summary>
public sealed class AlertsTests(Chromium chromium) : PageTest(chromium)
{
    private readonly TestFolder _folder = new();
    private AlertmanagerServer? _alertmanager;
    private Exporter? _exporter;

    private AlertmanagerServer Alertmanager => _alertmanager!;

    public override async ValueTask InitializeAsync()
    {
        _alertmanager = await AlertmanagerServer.StartAsync(_folder, _folder.Write("routes.yml", """
            route: { receiver: nobody }
            receivers: [{ name: nobody }]
            inhibit_rules:
              - { source_matchers: [severity=critical], target_matchers: [severity=info], equal: [host] }

            """));
        _exporter = await Exporter.StartAsync(_folder, $$"""
            poll_interval: 1s
            hosts: [{ name: here }]
            alertmanager: { url: "{{Alertmanager.Url}}" }
            grafana_url: "http://127.0.0.1:3000/grafana/"
            {{SmallFleet.KeysYaml}}

            """);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var part in (IAsyncDisposable?[])[_exporter, _alertmanager])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Acknowledging_creates_a_silence_for_exactly_the_alerts_labels_and_ending_it_expires_it()
    {
        await Alertmanager.PostAsync(
            Alert("FleetGpuTemperatureCritical", "critical", "A GPU is about to shut down from heat."),
            Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.OperatorKey));
        var hot = visit.Visible("alert").Filter(new() { HasText = "FleetGpuTemperatureCritical" });

        await Expect(visit.Visible("alert")).ToHaveCountAsync(2);
        // The more severe alert comes first.
        await Expect(visit.Visible("alert").First).ToContainTextAsync("about to shut down");
        await Expect(hot.GetByTestId("alert-severity")).ToHaveTextAsync("critical");
        await Expect(hot.GetByTestId("alert-runbook")).ToHaveAttributeAsync("href", "/docs/runbook#fleetgputemperaturecritical");
        await Expect(hot.GetByTestId("alert-grafana")).ToHaveAttributeAsync("href", "http://127.0.0.1:3000/grafana/d/fleet-host?var-host=here");
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("2 alerts");
        await Expect(visit.Find("overall")).ToHaveTextAsync("1 critical alert");
        await Expect(visit.Find("banner")).ToContainTextAsync("2 active alerts");
        await Expect(visit.Page.Locator("#count-alerts")).ToHaveTextAsync("2");

        await hot.GetByTestId("alert-ack").ClickAsync();
        await visit.Find("ack-comment").FillAsync("fan ordered <b>today</b>");
        await visit.Find("ack-duration").SelectOptionAsync("8h");
        await visit.Find("ack-submit").ClickAsync();
        await Expect(visit.Visible("alert")).ToHaveCountAsync(1);
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");
        await Expect(visit.Find("toast")).ToHaveTextAsync("Acknowledged: here FleetGpuTemperatureCritical");

        var silence = Assert.Single((await Alertmanager.AskAsync("silence", "query")).AsArray())!;
        Assert.Equal(("operator", "fan ordered <b>today</b>"), (silence.Text("createdBy"), silence.Text("comment")));
        Assert.Equal(
            ["alertname=FleetGpuTemperatureCritical", "host=here", "severity=critical"],
            silence.List("matchers").Select(m => $"{m.Text("name")}={m.Text("value")}").Order(StringComparer.Ordinal));
        Assert.All(silence.List("matchers"), m => Assert.False(m["isRegex"]!.GetValue<bool>()));
        var (start, end) = (Time(silence.Text("startsAt")), Time(silence.Text("endsAt")));
        Assert.InRange((end - start).TotalHours, 7.9, 8.1);

        await visit.Find("choice-acknowledged").ClickAsync();
        await Expect(hot.GetByTestId("alert-unack")).ToHaveTextAsync("End acknowledgement");
        await hot.GetByTestId("alert-unack").ClickAsync();
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("2 alerts");
        Assert.Empty((await Alertmanager.AskAsync("silence", "query")).AsArray());
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Screenshots_of_alerts_and_of_the_acknowledge_dialog(int width)
    {
        await Alertmanager.PostAsync(
            Alert("FleetGpuTemperatureCritical", "critical", "A GPU is about to shut down from heat."),
            Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.OperatorKey, width));
        await Expect(visit.Visible("alert")).ToHaveCountAsync(2);
        await ScreenshotTests.TakeScreenshotAsync(visit, $"alerts-firing-{width}");

        await visit.Visible("alert").First.GetByTestId("alert-ack").ClickAsync();
        await visit.Find("ack-comment").FillAsync("fan ordered");
        await visit.AssertNoHorizontalOverflowAsync();
        await ScreenshotTests.TakeScreenshotAsync(visit, $"acknowledge-{width}", fullPage: false);
    }

    [Fact]
    public async Task Inhibited_alerts_are_listed_last_and_only_in_the_alerts_view()
    {
        await Alertmanager.PostAsync(
            Alert("FleetHostReboot", "info", "A host was started anew."), Alert("FleetHostOffline", "critical", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.OperatorKey));

        await Expect(visit.Visible("alert")).ToHaveCountAsync(2);
        await Expect(visit.Visible("alert").Last).ToContainTextAsync("A host was started anew.");
        await Expect(visit.Visible("alert").Last).ToContainTextAsync("Inhibited: a more severe alert about the same subject is active");
        await Expect(visit.Find("view-alerts")).ToContainTextAsync("1 active, 1 inhibited, 0 acknowledged");
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");
        await Expect(visit.Find("banner-list").Locator("li")).ToHaveCountAsync(1);
        await Expect(visit.Find("banner-list")).ToContainTextAsync("here A host is gone.");
    }

    [Fact]
    public async Task The_banner_is_on_every_view_acknowledges_and_stays_collapsed()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("hosts", SmallFleet.OperatorKey));
        await Expect(visit.Find("banner-list")).ToContainTextAsync("A host is gone.");
        await visit.Find("banner-toggle").ClickAsync();
        await Expect(visit.Find("banner-list")).ToBeHiddenAsync();
        await visit.Page.ReloadAsync();
        await Expect(visit.Find("banner")).ToContainTextAsync("1 active alert");
        await Expect(visit.Find("banner-list")).ToBeHiddenAsync();

        await visit.Find("banner-toggle").ClickAsync();
        await visit.Find("banner-ack").ClickAsync();
        await visit.Find("ack-submit").ClickAsync();
        await Expect(visit.Find("banner")).ToBeHiddenAsync();
        Assert.Single((await Alertmanager.AskAsync("silence", "query")).AsArray());
    }

    [Fact]
    public async Task Alert_texts_stay_text_and_a_read_only_key_cannot_acknowledge()
    {
        await Alertmanager.PostAsync(Alert("<img src=x onerror=alert(1)>", "warning", "\u202Egnp <script>alert(2)</script>" + new string('W', 3000)));
        foreach (var width in (int[])[1400, 360])
        {
            var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.ReaderKey, width));
            await Expect(visit.Visible("alert")).ToContainTextAsync("<script>alert(2)</script>");
            await HostileTextTests.AssertOnlyTextAsync(visit);
            await Expect(visit.Find("alert-ack")).ToHaveCountAsync(0);
            await Expect(visit.Find("banner-ack")).ToHaveCountAsync(0);
            await Axe.CheckAsync(visit.Page, $"an alert at {width}");
            await visit.Page.ScreenshotAsync(new() { Path = ScreenshotPath($"alert-hostile-{width}.png") });
        }
    }

    [Fact]
    public async Task A_silence_that_covers_more_than_the_alert_cannot_be_ended_here()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        await Tool.RunAsync(
            "amtool", "silence", "add", "severity=warning", "--comment", "night", "--author", "ops", $"--alertmanager.url={Alertmanager.Url}");
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.OperatorKey));
        await visit.Find("choice-acknowledged").ClickAsync();

        await Expect(visit.Visible("alert")).ToContainTextAsync("The silence covers more than this alert; expire it in Alertmanager.");
        await Expect(visit.Find("alert-unack")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Alerts_are_marked_as_old_when_Alertmanager_stops()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("overview", SmallFleet.OperatorKey));
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");

        await Alertmanager.DisposeAsync();
        _alertmanager = null;
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert?", new() { Timeout = 40_000 });
        await Expect(visit.Find("banner")).ToContainTextAsync("Alertmanager does not answer");
        await Expect(visit.Find("strip")).ToContainTextAsync("alerts unknown");
    }

    [Fact]
    public async Task Without_Alertmanager_the_alerts_view_shows_an_error_and_the_other_views_work()
    {
        await Alertmanager.DisposeAsync();
        _alertmanager = null;
        var visit = await VisitAsync(_exporter!, new("alerts"));

        await Expect(visit.Find("view-alerts").GetByTestId("notice-error")).ToContainTextAsync("not available");
        await Expect(visit.Find("view-alerts")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("Alertmanager"));
        await visit.GoAsync("hosts");
        await Expect(visit.Host("here").GetByTestId("host-status")).ToHaveTextAsync("online");
    }

    private static JsonObject Alert(string name, string severity, string summary) => new()
    {
        ["labels"] = new JsonObject { ["alertname"] = name, ["severity"] = severity, ["host"] = "here" },
        ["annotations"] = new JsonObject { ["summary"] = summary, ["description"] = "Look at it." },
    };

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
