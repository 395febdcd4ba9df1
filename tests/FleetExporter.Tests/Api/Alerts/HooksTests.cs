using System.Net;
using System.Text.Json.Nodes;
using FleetExporter.Alerting;
using FleetExporter.Tests.Api.Access;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Alerts;

/// <summary>What Alertmanager sends, and what the feed makes of it.</summary>
public sealed class HooksTests
{
    private const string LastSeen = "fleet_watchdog_last_seen_timestamp_seconds";

    private static readonly (string, string) Pusher = ("X-API-Key", KeyedServer.KeyOf("push"));

    private const string NoAlertmanager = "alertmanager: { url: 'http://127.0.0.1:1' }\n";

    [Fact]
    public async Task The_last_watchdog_is_remembered_and_absent_before_the_first()
    {
        await using var server = await KeyedServer.StartAsync(NoAlertmanager);
        await PostAsync(server, "watchdog", Notification("Watchdog", "resolved"));
        Assert.DoesNotContain($"\n{LastSeen} ", await server.Api.TextAsync("/metrics"), StringComparison.Ordinal);

        await PostAsync(server, "watchdog", Notification("Watchdog", "firing"));
        var seen = server.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Contains($"\n{LastSeen} {seen}\n", await server.Api.TextAsync("/metrics"), StringComparison.Ordinal);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await PostAsync(server, "other", Notification("FleetHostOffline", "firing"));
        Assert.Contains($"\n{LastSeen} {seen}\n", await server.Api.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_begins_and_what_ends_is_told_once()
    {
        await using var server = await KeyedServer.StartAsync(NoAlertmanager);
        var feed = server.Api.Services.GetRequiredService<AlertFeed>();
        var told = new List<string>();
        feed.Changed += (name, data) => told.Add($"{name} {(data as AlertView)?.Id}{(data as AlertCleared)?.Id}");
        feed.Changed += (_, _) => throw new InvalidOperationException("a listener that fails");

        foreach (var status in new[] { "firing", "firing", "resolved", "resolved" })
        {
            await PostAsync(server, "default", Notification("FleetHostOffline", status));
        }

        await PostAsync(server, "watchdog", Notification("Watchdog", "firing"));
        Assert.Equal(["alert_new abc1", "alert_cleared abc1"], told);
        Assert.Empty(feed.Current);
    }

    [Fact]
    public void The_list_of_all_alerts_says_what_is_new_what_has_changed_and_what_is_gone()
    {
        var feed = new AlertFeed(Microsoft.Extensions.Logging.Abstractions.NullLogger<AlertFeed>.Instance);
        var told = new List<string>();
        feed.Changed += (name, data) => told.Add($"{name} {(data as AlertView)?.Id}{(data as AlertCleared)?.Id}");
        var (a, b) = (View("a", 1), View("b", 2));

        feed.Replace([a, b]);
        feed.Replace([a, b]);
        Assert.Equal(["alert_new a", "alert_new b"], told);
        Assert.Equal(["b", "a"], feed.Current.Select(v => v.Id));

        feed.Replace([a with { Acknowledged = true }, b]);
        feed.Replace([b]);
        feed.Clear("a");
        Assert.Equal(["alert_new a", "alert_cleared a"], told[2..]);
    }

    [Theory]
    [InlineData("""{"alerts":[]}""", 204)]
    [InlineData("{", 400)]
    [InlineData("null", 422)]
    [InlineData("[]", 422)]
    [InlineData("{}", 422)]
    [InlineData("""{"alerts":{}}""", 422)]
    [InlineData("""{"alerts":[null]}""", 422)]
    [InlineData("""{"alerts":[{"status":"perhaps","fingerprint":"1","startsAt":"2026-01-01T00:00:00Z"}]}""", 422)]
    [InlineData("""{"alerts":[{"status":"firing","fingerprint":"../x","startsAt":"2026-01-01T00:00:00Z"}]}""", 422)]
    [InlineData("""{"alerts":[{"status":"firing","fingerprint":"1","startsAt":"2026-01-01T00:00:00Z","labels":{"a":"\ud800"}}]}""", 422)]
    public async Task A_body_that_is_no_notification_is_refused(string json, int status)
    {
        await using var server = await KeyedServer.StartAsync(NoAlertmanager);
        using var answer = await server.PostAsync("/hooks/default", json, Pusher);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(server.Api.Services.GetRequiredService<AlertFeed>().Current);
    }

    [Theory]
    [InlineData("", "", 401)]
    [InlineData("X-Forwarded-For", "10.0.0.1", 401)]
    [InlineData("X-API-Key", "push", 204)]
    [InlineData("X-API-Key", "admin", 204)]
    [InlineData("X-API-Key", "read", 403)]
    [InlineData("X-API-Key", "control", 403)]
    [InlineData("X-API-Key", "wrong", 401)]
    [InlineData("Origin", "https://evil.example", 403)]
    public async Task Only_a_key_that_may_push_tells_of_alerts(string header, string value, int status)
    {
        await using var server = await KeyedServer.StartAsync($"{NoAlertmanager}anonymous_read: loopback\n");
        using var answer = await server.PostAsync(
            "/hooks/watchdog", Notification("Watchdog", "firing"),
            header.Length == 0 ? [] : [(header, header == "X-API-Key" ? KeyedServer.KeyOf(value) : value)]);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 204, (await server.Api.TextAsync("/metrics")).Contains($"\n{LastSeen} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("a.b")]
    public async Task A_receiver_has_a_plain_name(string receiver)
    {
        await using var server = await KeyedServer.StartAsync(NoAlertmanager);
        using var answer = await server.PostAsync($"/hooks/{receiver}", Notification("Watchdog", "firing"), Pusher);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static AlertView View(string id, int hours) => new(
        id, "t", "T", "warning", null, null, "m", null, null, DateTimeOffset.UnixEpoch.AddHours(hours),
        false, false, null, new Dictionary<string, string>());

    private static string Notification(string name, string status)
    {
        var alert = FakeAlertmanager.Alert("abc1", name, "critical", "2026-01-01T00:00:00Z");
        alert["status"] = status;
        return new JsonObject { ["version"] = "4", ["status"] = status, ["receiver"] = "x", ["alerts"] = new JsonArray(alert) }.ToJsonString();
    }

    private static async Task PostAsync(KeyedServer server, string receiver, string json)
    {
        using var answer = await server.PostAsync($"/hooks/{receiver}", json, Pusher);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
