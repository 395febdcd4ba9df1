using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>The committed routes in a real Alertmanager.</summary>
public sealed class InhibitionTests
{
    [Fact]
    public async Task A_dead_host_hides_what_else_is_wrong_with_it_and_nothing_of_others()
    {
        using var folder = new TestFolder();
        using var people = new Inbox();
        using var service = new Inbox();
        var config = await AlertmanagerServer.ConfigAsync(folder, new Dictionary<string, string> { ["FLEET_URL"] = service.Url, ["WEBHOOK_URL"] = $"{people.Url}/people" });
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
        await Until.TrueAsync(() => people.Alerts.Count >= expected.Length && service.Alerts.Count > expected.Length, "notifications", () => people.Said + service.Said + alertmanager.Log);
        Assert.Equal(expected, people.Alerts.Order(StringComparer.Ordinal));
        Assert.Equal([.. expected, "firing Watchdog "], service.Alerts.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["/hooks/default FleetGpuTemperatureHigh", "/hooks/pager FleetGpuTemperatureCritical", "/hooks/pager FleetHostOffline", "/hooks/watchdog Watchdog"],
            service.Posts.Select(p => $"{p.Path} {p.Body["groupLabels"]!.Text("alertname")}").Order(StringComparer.Ordinal));
        var hidden = (await alertmanager.AskAsync("alert", "query", "--inhibited")).AsArray();
        Assert.Equal(
            ["FleetGpuTemperatureCritical a", "FleetGpuTemperatureHigh b", "FleetHostCpuHigh a"],
            hidden.Where(a => a!["status"]!.Text("state") == "suppressed").Select(a => $"{a!["labels"]!.Text("alertname")} {a["labels"]!.Text("host")}").Order(StringComparer.Ordinal));
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
            ["annotations"] = new JsonObject { ["summary"] = $"{name} happened.", ["description"] = $"{host} has it.", ["runbook_url"] = $"http://fleet/docs/runbook#{name}" },
        };
    }
}
