using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>The committed routes in a real Alertmanager.</summary>
public sealed class InhibitionTests
{
    [Fact]
    public async Task An_offline_host_inhibits_its_own_alerts_only()
    {
        using var folder = new TestFolder();
        using var receiver = new WebhookReceiver();
        using var service = new WebhookReceiver();
        var config = await AlertmanagerServer.ConfigAsync(
            folder, new Dictionary<string, string> { ["FLEET_URL"] = service.Url, ["WEBHOOK_URL"] = $"{receiver.Url}/receiver" });
        await using var alertmanager = await AlertmanagerServer.StartAsync(folder, config);
        await alertmanager.PostAsync(
            Alert("FleetHostOffline", "critical", "a"),
            Alert("FleetGpuTemperatureCritical", "critical", "a", ("problem", "gpu_temperature"), ("gpu", "0")),
            Alert("FleetHostCpuHigh", "warning", "a"),
            Alert("FleetGpuTemperatureCritical", "critical", "b", ("problem", "gpu_temperature"), ("gpu", "0")),
            Alert("FleetGpuTemperatureHigh", "warning", "b", ("problem", "gpu_temperature"), ("gpu", "0")),
            Alert("FleetGpuTemperatureHigh", "warning", "b", ("problem", "gpu_temperature"), ("gpu", "1")),
            Alert("FleetHostRebooted", "info", "c"),
            Alert("Watchdog", "none", ""));

        string[] expected = ["firing FleetGpuTemperatureCritical b", "firing FleetGpuTemperatureHigh b", "firing FleetHostOffline a"];
        await Until.TrueAsync(
            () => receiver.Alerts.Count >= expected.Length && service.Alerts.Count > expected.Length,
            "notifications", () => receiver.Output + service.Output + alertmanager.Log);
        Assert.Equal(expected, receiver.Alerts.Order(StringComparer.Ordinal));
        Assert.Equal([.. expected, "firing Watchdog "], service.Alerts.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "/hooks/default FleetGpuTemperatureHigh", "/hooks/pager FleetGpuTemperatureCritical",
                "/hooks/pager FleetHostOffline", "/hooks/watchdog Watchdog"
            ],
            service.Posts.Select(p => $"{p.Path} {p.Body["groupLabels"]!.Text("alertname")}").Order(StringComparer.Ordinal));
        var hidden = (await alertmanager.AskAsync("alert", "query", "--inhibited")).AsArray();
        Assert.Equal(
            ["FleetGpuTemperatureCritical a", "FleetGpuTemperatureHigh b", "FleetHostCpuHigh a"],
            hidden.Where(a => a!["status"]!.Text("state") == "suppressed")
                .Select(a => $"{a!["labels"]!.Text("alertname")} {a["labels"]!.Text("host")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_reason_for_an_offline_host_is_notified_with_it()
    {
        await using var run = await Run.StartAsync();
        await run.Alertmanager.PostAsync(
            Alert("FleetHostOffline", "critical", "a"),
            Alert("FleetSshAuthFailing", "warning", "a", ("reason", "auth")),
            Alert("FleetHostOffline", "critical", "b"),
            Alert("FleetHostKeyChanged", "critical", "b", ("reason", "hostkey_changed")),
            Alert("FleetCollectorStale", "warning", "b"));

        await run.AssertNotifiedAsync("FleetHostKeyChanged b", "FleetHostOffline a", "FleetHostOffline b", "FleetSshAuthFailing a");
        Assert.Equal(["FleetCollectorStale b"], await run.InhibitedAsync());
    }

    [Fact]
    public async Task A_silent_device_inhibits_its_other_alerts()
    {
        await using var run = await Run.StartAsync();
        await run.Alertmanager.PostAsync(
            Alert("FleetDeviceSilent", "warning", "laptop"),
            Alert("FleetGpuTemperatureCritical", "critical", "laptop", ("problem", "gpu_temperature"), ("gpu", "0")),
            Alert("FleetHostCpuHigh", "warning", "other"));

        await run.AssertNotifiedAsync("FleetDeviceSilent laptop", "FleetHostCpuHigh other");
        Assert.Equal(["FleetGpuTemperatureCritical laptop"], await run.InhibitedAsync());
    }

    [Fact]
    public async Task An_exporter_that_is_down_inhibits_host_alerts_only()
    {
        await using var run = await Run.StartAsync();
        await run.Alertmanager.PostAsync(
            Alert("FleetExporterDown", "critical", "", ("job", "fleet")),
            Alert("FleetHostOffline", "critical", "a", ("job", "fleet")),
            Alert("FleetHostKeyChanged", "critical", "b", ("job", "fleet")),
            Alert("FleetHostCpuHigh", "warning", "c", ("job", "another")),
            Alert("FleetJobFailed", "warning", "", ("job", "fleet")));

        await run.AssertNotifiedAsync("FleetExporterDown ", "FleetHostCpuHigh c", "FleetJobFailed ");
        Assert.Equal(["FleetHostKeyChanged b", "FleetHostOffline a"], await run.InhibitedAsync());
    }

    [Fact]
    public async Task A_target_inhibits_no_alerts_of_other_targets_on_its_host()
    {
        await using var run = await Run.StartAsync();
        string[] problems = ["service", "provider", "gateway"];
        await run.Alertmanager.PostAsync(problems.SelectMany(p => new[]
        {
            Alert($"{p}Down", "critical", "a", ("problem", p), (p, "one")),
            Alert($"{p}SlowOfOne", "warning", "a", ("problem", p), (p, "one")),
            Alert($"{p}SlowOfTwo", "warning", "a", ("problem", p), (p, "two")),
        }));

        await run.AssertNotifiedAsync([.. problems.SelectMany(p => new[] { $"{p}Down a", $"{p}SlowOfTwo a" })]);
        Assert.Equal(problems.Select(p => $"{p}SlowOfOne a").Order(StringComparer.Ordinal), await run.InhibitedAsync());
    }

    internal static JsonObject Alert(string name, string severity, string host, params IEnumerable<(string Name, string Value)> labels)
    {
        var all = new JsonObject { ["alertname"] = name, ["severity"] = severity, ["host"] = host };
        foreach (var (label, value) in labels)
        {
            all[label] = value;
        }

        return new JsonObject
        {
            ["labels"] = all,
            ["annotations"] = new JsonObject
            {
                ["summary"] = $"{name} happened.",
                ["description"] = $"{host} has it.",
                ["runbook_url"] = $"http://fleet/docs/runbook#{name}"
            },
        };
    }

    /// <summary>An Alertmanager with the routes of the project and a receiver.</summary>
    private sealed class Run(TestFolder folder, WebhookReceiver receiver, AlertmanagerServer alertmanager) : IAsyncDisposable
    {
        public AlertmanagerServer Alertmanager => alertmanager;

        public static async Task<Run> StartAsync()
        {
            var (folder, receiver) = (new TestFolder(), new WebhookReceiver());
            var config = await AlertmanagerServer.ConfigAsync(
                folder, new Dictionary<string, string> { ["FLEET_URL"] = receiver.Url, ["WEBHOOK_URL"] = $"{receiver.Url}/receiver" });
            return new Run(folder, receiver, await AlertmanagerServer.StartAsync(folder, config));
        }

        /// <summary>Expects exactly these notified alerts, by name and host.</summary>
        public async Task AssertNotifiedAsync(params IReadOnlyList<string> expected)
        {
            IEnumerable<string> Notified() => receiver.Posts.Where(p => p.Path == "/receiver").SelectMany(p => p.Body.List("alerts"))
                .Select(a => $"{a["labels"]!.Text("alertname")} {a["labels"]!.Text("host")}").Distinct().Order(StringComparer.Ordinal);
            await Until.TrueAsync(() => Notified().Count() >= expected.Count, "notifications", () => receiver.Output + alertmanager.Log);
            Assert.Equal(expected.Order(StringComparer.Ordinal), Notified());
        }

        /// <summary>Expects these inhibited alerts, by name and host.</summary>
        public async Task<IEnumerable<string>> InhibitedAsync() => (await alertmanager.AskAsync("alert", "query", "--inhibited")).AsArray()
            .Where(a => a!["status"]!.Text("state") == "suppressed")
            .Select(a => $"{a!["labels"]!.Text("alertname")} {a["labels"]!.Text("host")}").Order(StringComparer.Ordinal);

        public async ValueTask DisposeAsync()
        {
            await alertmanager.DisposeAsync();
            receiver.Dispose();
            folder.Dispose();
        }
    }
}
