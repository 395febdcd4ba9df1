using System.Text.Json;
using FleetExporter.Alerting;
using FleetExporter.Tests.Api.Alerts;

namespace FleetExporter.Tests.Api;

/// <summary>The validation against a client's models, and responses validated with it. The integration tests validate a whole fleet.</summary>
public sealed class ClientModelsTests
{
    [Theory]
    [InlineData("process", """{"pid":7,"name":"python","memory_mb":429.7}""", "process.memory_mb: 429.7 is not [\"integer\", \"null\"]")]
    [InlineData("process", """{"pid":7,"memory_mb":null}""", "process.name is missing")]
    [InlineData("process", """{"pid":-7,"name":null,"memory_mb":1}""", "process.pid: -7 is too small")]
    [InlineData("process", "[]", "process: [] is not object|process.pid is missing|process.name is missing|process.memory_mb is missing")]
    [InlineData("process", """{"pid":7,"name":null,"memory_mb":null,"more":1}""", "")]
    public void Mismatches_are_reported_by_path(string model, string json, string misfits) =>
        Assert.Equal(misfits, string.Join('|', ClientModels.Misfits(model, JsonElement.Parse(json))));

    [Fact]
    public async Task Hosts_match_the_models_in_any_state()
    {
        await using var server = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts:\n- { name: here }\n- { name: there, address: there.lan }\n"
            + "- { name: bare, address: bare.lan, gpu: false, tmux: { enabled: false } }\n");

        var hosts = (await server.JsonAsync("/api/hosts")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(3, hosts.Count);
        Assert.Empty(hosts.SelectMany(host => ClientModels.Misfits("host", host)));
    }

    [Fact]
    public async Task Alerts_of_the_seven_types_match_the_models()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(AlertView.Types.Keys.Select((name, i) => FakeAlertmanager.Alert(
            $"{i}", name, name.EndsWith("Critical", StringComparison.Ordinal) ? "critical" : "warning", "2026-01-01T00:00:00Z"))));
        await using var server = await ApiServer.StartAsync($"{ApiServer.TwoHosts}alertmanager: {{ url: \"{fake.Url}\" }}\n");

        var alerts = (await server.JsonAsync("/api/alerts")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(AlertView.Types.Count, alerts.Count);
        Assert.Empty(alerts.SelectMany(alert => ClientModels.Misfits("alert", alert)));
    }
}
