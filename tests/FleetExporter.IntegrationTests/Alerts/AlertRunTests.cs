using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>Alerts end to end, from a hot GPU to receivers and back, with the real programs.</summary>
public sealed class AlertRunTests
{
    private const string Hot = "FleetGpuTemperatureCritical";

    [Fact]
    public async Task The_alert_of_a_hot_GPU_is_notified_listed_acknowledged_and_cleared()
    {
        await using var run = await AlertingRun.StartAsync();
        run.Gpu.SetTemperature(95);
        await Until.TrueAsync(
            () => run.Receiver.Alerts.Contains($"firing {Hot} box"), "the receiver is notified", run.Diagnosis, TimeSpan.FromSeconds(60));
        await Until.SeenAsync(
            async () => (await run.Service.PageAsync()).Find("fleet_watchdog_last_seen_timestamp_seconds") is > 0 ? "yes" : null,
            "a Watchdog", run.Diagnosis);

        var alert = Assert.Single((await run.Service.JsonAsync("/api/alerts?acknowledged=false")).List("items"), a => a.Text("name") == Hot);
        Assert.Equal(("gpu_temp_critical", "critical", "box"), (alert.Text("type"), alert.Text("severity"), alert.Text("host")));
        Assert.Contains("95 °C", alert.Text("description"), StringComparison.Ordinal);
        Assert.Equal($"{run.Service.Http.BaseAddress}docs/runbook#{Hot.ToLowerInvariant()}", alert.Text("runbook_url"));
        await Until.TrueAsync(() => run.Events.Contains($"alert_new {Hot}"), "/ws sends it", run.Diagnosis);

        var id = alert.Text("id");
        using var answer = await run.Service.Http.PostAsJsonAsync(
            $"/api/alerts/{id}/ack", new { comment = "fan ordered", duration = "30m" }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var silence = Assert.Single((await run.Alertmanager.AskAsync("silence", "query")).AsArray())!;
        Assert.Equal(("admin", "fan ordered"), (silence.Text("createdBy"), silence.Text("comment")));
        Assert.Equal(
            alert["labels"]!.AsObject().Select(l => $"{l.Key}={l.Value!.GetValue<string>()}").Order(StringComparer.Ordinal),
            silence.List("matchers").Select(m => $"{m.Text("name")}={m.Text("value")}").Order(StringComparer.Ordinal));
        var acknowledged = Assert.Single((await run.Service.JsonAsync("/api/alerts?acknowledged=true")).List("items"));
        Assert.Equal((id, "fan ordered"), (acknowledged.Text("id"), acknowledged["silence"]!.Text("comment")));
        await Until.TrueAsync(() => run.Events.Contains($"alert_new {Hot} acknowledged"), "/ws sends the acknowledgement", run.Diagnosis);

        using (var taken = await run.Service.Http.DeleteAsync($"/api/alerts/{id}/ack", TestContext.Current.CancellationToken))
        {
            Assert.True(taken.IsSuccessStatusCode, run.Diagnosis());
        }

        Assert.Empty((await run.Alertmanager.AskAsync("silence", "query")).AsArray());
        (await run.Service.Http.PostAsJsonAsync($"/api/alerts/{id}/ack", new { }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        // Alertmanager sends no notification when a silenced alert resolves.
        run.Gpu.SetTemperature(40);
        await Until.TrueAsync(() => run.Events.Contains($"alert_cleared {id}"), "/ws sends the end", run.Diagnosis, TimeSpan.FromSeconds(60));
        Assert.DoesNotContain((await run.Service.JsonAsync("/api/alerts")).List("items"), a => a.Text("name") == Hot);
    }

    [Fact]
    public async Task A_host_that_dies_with_a_hot_GPU_is_notified_once()
    {
        await using var run = await AlertingRun.StartAsync();
        run.Gpu.SetTemperature(95);
        await Until.TrueAsync(
            () => run.Receiver.Alerts.Contains($"firing {Hot} box"), "the GPU's alert is notified", run.Diagnosis, TimeSpan.FromSeconds(60));

        var before = run.Receiver.Alerts.Count;
        await run.Machine.Server.DisposeAsync();
        await Until.TrueAsync(
            () => run.Receiver.Alerts.Contains("firing FleetHostOffline box"), "the host's alert is notified", run.Diagnosis,
            TimeSpan.FromSeconds(60));

        // The GPU's alert outlives its series long enough to be inhibited, and resolves without a notification.
        var hot = await run.Prometheus.QueryAsync($"ALERTS{{alertname='{Hot}',alertstate='firing'}}");
        Assert.NotEmpty(hot);
        var inhibited = (await run.Alertmanager.AskAsync("alert", "query", "--inhibited", "host=box")).AsArray();
        Assert.Contains(inhibited, a => a!["labels"]!.Text("alertname") == Hot);
        await Until.SeenAsync(
            async () => (await run.Prometheus.QueryAsync($"ALERTS{{alertname='{Hot}',alertstate='firing'}}")).Count == 0 ? "yes" : null,
            "the GPU's alert ends", run.Diagnosis);
        await Until.SeenAsync(
            async () => (await run.Service.JsonAsync("/api/alerts")).List("items").All(a => a.Text("name") != Hot) ? "yes" : null,
            "Alertmanager knows it", run.Diagnosis);
        Assert.Equal(
            ["firing FleetHostOffline box"], run.Receiver.Alerts.Skip(before).Where(a => a.EndsWith(" box", StringComparison.Ordinal)).Distinct());
        Assert.Single(run.Receiver.Alerts, "firing FleetHostOffline box");
    }
}
