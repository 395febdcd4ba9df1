using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Alerts of a real Alertmanager, acknowledged from the page by silences there.</summary>
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
            {{SmallFleet.Keys}}

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
    public async Task An_alert_is_acknowledged_by_a_silence_of_exactly_its_labels_and_taken_back()
    {
        await Alertmanager.PostAsync(Alert("FleetGpuTemperatureCritical", "critical", "A GPU is about to shut down from heat."), Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.Operator));
        var hot = visit.Seen("alert").Filter(new() { HasText = "FleetGpuTemperatureCritical" });

        await Expect(visit.Seen("alert")).ToHaveCountAsync(2);
        // The worse one first, here and on every view.
        await Expect(visit.Seen("alert").First).ToContainTextAsync("about to shut down");
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
        await Expect(visit.Seen("alert")).ToHaveCountAsync(1);
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");
        await Expect(visit.Find("toast")).ToHaveTextAsync("Acknowledged: here FleetGpuTemperatureCritical");

        var silence = Assert.Single((await Alertmanager.AskAsync("silence", "query")).AsArray())!;
        Assert.Equal(("operator", "fan ordered <b>today</b>"), (silence.Text("createdBy"), silence.Text("comment")));
        Assert.Equal(["alertname=FleetGpuTemperatureCritical", "host=here", "severity=critical"], silence.List("matchers").Select(m => $"{m.Text("name")}={m.Text("value")}").Order(StringComparer.Ordinal));
        Assert.All(silence.List("matchers"), m => Assert.False(m["isRegex"]!.GetValue<bool>()));
        Assert.InRange((DateTimeOffset.Parse(silence.Text("endsAt"), System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.Parse(silence.Text("startsAt"), System.Globalization.CultureInfo.InvariantCulture)).TotalHours, 7.9, 8.1);

        await visit.Find("choice-acknowledged").ClickAsync();
        await Expect(hot.GetByTestId("alert-unack")).ToHaveTextAsync("End acknowledgement");
        await hot.GetByTestId("alert-unack").ClickAsync();
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("2 alerts");
        Assert.Empty((await Alertmanager.AskAsync("silence", "query")).AsArray());
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Alerts_and_the_question_how_long_have_their_pictures(int width)
    {
        await Alertmanager.PostAsync(Alert("FleetGpuTemperatureCritical", "critical", "A GPU is about to shut down from heat."), Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.Operator, width));
        await Expect(visit.Seen("alert")).ToHaveCountAsync(2);
        await PicturesTests.TakeAsync(visit, $"alerts-firing-{width}");

        await visit.Seen("alert").First.GetByTestId("alert-ack").ClickAsync();
        await visit.Find("ack-comment").FillAsync("fan ordered");
        await visit.FitsAsync();
        await PicturesTests.TakeAsync(visit, $"acknowledge-{width}", whole: false);
    }

    [Fact]
    public async Task What_a_worse_alert_hides_is_listed_last_and_nowhere_else()
    {
        await Alertmanager.PostAsync(Alert("FleetHostReboot", "info", "A host was started anew."), Alert("FleetHostOffline", "critical", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.Operator));

        await Expect(visit.Seen("alert")).ToHaveCountAsync(2);
        await Expect(visit.Seen("alert").Last).ToContainTextAsync("A host was started anew.");
        await Expect(visit.Seen("alert").Last).ToContainTextAsync("Inhibited: a more severe alert about the same subject is active");
        await Expect(visit.Find("view-alerts")).ToContainTextAsync("1 active, 1 inhibited, 0 acknowledged");
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");
        await Expect(visit.Find("banner-list").Locator("li")).ToHaveCountAsync(1);
        await Expect(visit.Find("banner-list")).ToContainTextAsync("here A host is gone.");
    }

    [Fact]
    public async Task The_banner_is_on_every_view_acts_and_stays_as_it_was_left()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("hosts", SmallFleet.Operator));
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
    public async Task What_an_alert_says_stays_text_and_who_may_only_look_cannot_acknowledge()
    {
        await Alertmanager.PostAsync(Alert("<img src=x onerror=alert(1)>", "warning", "\u202Egnp <script>alert(2)</script>" + new string('W', 3000)));
        foreach (var width in (int[])[1400, 360])
        {
            var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.Reader, width));
            await Expect(visit.Seen("alert")).ToContainTextAsync("<script>alert(2)</script>");
            await HostileTests.InertAsync(visit);
            await Expect(visit.Find("alert-ack")).ToHaveCountAsync(0);
            await Expect(visit.Find("banner-ack")).ToHaveCountAsync(0);
            await Axe.CheckAsync(visit.Page, $"an alert at {width}");
            await visit.Page.ScreenshotAsync(new() { Path = Pictures($"alert-hostile-{width}.png") });
        }
    }

    [Fact]
    public async Task A_silence_over_more_than_the_alert_cannot_be_taken_back_here()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        await Tool.RunAsync("amtool", "silence", "add", "severity=warning", "--comment", "night", "--author", "ops", $"--alertmanager.url={Alertmanager.Url}");
        var visit = await VisitAsync(_exporter!, new("alerts", SmallFleet.Operator));
        await visit.Find("choice-acknowledged").ClickAsync();

        await Expect(visit.Seen("alert")).ToContainTextAsync("The silence covers more than this alert; expire it in Alertmanager.");
        await Expect(visit.Find("alert-unack")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_was_known_of_alerts_is_marked_when_Alertmanager_goes()
    {
        await Alertmanager.PostAsync(Alert("FleetHostOffline", "warning", "A host is gone."));
        var visit = await VisitAsync(_exporter!, new("overview", SmallFleet.Operator));
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert");

        await Alertmanager.DisposeAsync();
        _alertmanager = null;
        await Expect(visit.Find("alert-badge")).ToHaveTextAsync("1 alert?", new() { Timeout = 40_000 });
        await Expect(visit.Find("banner")).ToContainTextAsync("Alertmanager does not answer");
        await Expect(visit.Find("strip")).ToContainTextAsync("alerts unknown");
    }

    [Fact]
    public async Task Without_its_Alertmanager_the_view_says_so_and_the_rest_goes_on()
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
}
