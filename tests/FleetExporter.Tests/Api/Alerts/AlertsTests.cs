using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.Alerting;
using FleetExporter.Tests.Bundle;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Api.Alerts;

public sealed class AlertsTests
{
    private static readonly JsonObject Offline = FakeAlertmanager.Alert("0123456789abcdef", "FleetHostOffline", "critical", "2026-01-01T00:00:00Z");

    [Fact]
    public void The_seven_kinds_are_alerts_that_there_are() =>
        Assert.All(AlertView.Types.Keys, name => Assert.Contains(name, Rules.Alerts.Select(a => Rules.Text(a, "alert"))));

    [Fact]
    public async Task The_worst_comes_first_and_of_two_alike_the_newer()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(
            FakeAlertmanager.Alert("1", "Odd", "page", "2026-01-01T00:00:00Z"),
            FakeAlertmanager.Alert("2", "Info", "info", "2026-01-01T00:00:00Z"),
            FakeAlertmanager.Alert("3", "FleetHostCpuHigh", "warning", "2026-01-01T00:00:00Z"),
            FakeAlertmanager.Alert("4", "FleetHostCpuHigh", "warning", "2026-01-01T01:00:00Z"),
            FakeAlertmanager.Alert("5", "Watchdog", "none", "2026-01-01T00:00:00Z"),
            Offline));
        await using var server = await StartAsync(fake.Url);

        var items = (await server.JsonAsync("/api/alerts")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["0123456789abcdef", "4", "3", "2", "1"], items.Select(i => i.GetProperty("id").GetString()));
        Assert.Equal(["host_offline", "high_cpu", "high_cpu", "Info", "Odd"], items.Select(i => i.GetProperty("type").GetString()));
        var page = await server.JsonAsync("/api/alerts?limit=2");
        var rest = await server.JsonAsync($"/api/alerts?cursor={page.GetProperty("next_cursor").GetString()}");
        Assert.Equal(["3", "2", "1"], rest.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("False", 1)]
    [InlineData("FALSE", 1)]
    [InlineData("false", 1)]
    [InlineData("True", 0)]
    public async Task Acknowledged_is_chosen_in_any_case(string acknowledged, int count)
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(Offline));
        await using var server = await StartAsync(fake.Url);

        Assert.Equal(count, (await server.JsonAsync($"/api/alerts?acknowledged={acknowledged}")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Each_session_that_is_left_over_is_an_alert_of_its_own()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(Legacy("1", "notebook"), Legacy("2", "sweep")));
        await using var server = await StartAsync(fake.Url);

        var items = (await server.JsonAsync("/api/alerts")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(
            [("legacy_session", "a", "notebook"), ("legacy_session", "a", "sweep")],
            items.Select(i => (i.GetProperty("type").GetString(), i.GetProperty("host").GetString(), i.GetProperty("session").GetString())));

        static JsonObject Legacy(string id, string session)
        {
            var alert = FakeAlertmanager.Alert(id, "FleetTmuxSessionLegacy", "warning", "2026-01-01T00:00:00Z");
            alert["labels"]!["session"] = session;
            return alert;
        }
    }

    [Fact]
    public async Task An_alert_shows_what_is_known_of_it_and_the_silence_over_it()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        var silenced = FakeAlertmanager.Alert("0123456789abcdef", "FleetHostOffline", "critical", "2026-01-01T00:00:00Z", "a", "s1");
        silenced["annotations"]!["description"] = "\u001b[31mred\n" + new string('x', 9000);
        silenced["annotations"]!["runbook_url"] = "javascript:alert(1)";
        silenced["labels"]!["odd\u0001"] = "1";
        silenced["labels"]!["odd\u0002"] = "2";
        fake.Alerts = (200, FakeAlertmanager.List(silenced));
        fake.Silences = FakeAlertmanager.List(FakeAlertmanager.Silence("s1", silenced));
        await using var server = await StartAsync(fake.Url);

        var alert = Assert.Single((await server.JsonAsync("/api/alerts?acknowledged=true")).GetProperty("items").EnumerateArray());
        Assert.Empty((await server.JsonAsync("/api/alerts?acknowledged=false")).GetProperty("items").EnumerateArray());
        Assert.True(alert.GetProperty("acknowledged").GetBoolean());
        Assert.Equal("A host is offline.", alert.GetProperty("message").GetString());
        Assert.Equal("a", alert.GetProperty("host").GetString());
        Assert.Equal(JsonValueKind.Null, alert.GetProperty("session").ValueKind);
        Assert.Equal(JsonValueKind.Null, alert.GetProperty("runbook_url").ValueKind);
        Assert.StartsWith("[31mred x", alert.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.True(alert.GetProperty("description").GetString()!.Length <= 500);
        Assert.Equal("fleet", alert.GetProperty("labels").GetProperty("job").GetString());
        var silence = alert.GetProperty("silence");
        Assert.Equal(
            ("s1", "ops", "known"),
            (silence.GetProperty("id").GetString(), silence.GetProperty("by").GetString(), silence.GetProperty("comment").GetString()));
    }

    [Theory]
    [InlineData(200, "no json", 502)]
    [InlineData(200, "{}", 502)]
    [InlineData(200, "[1]", 502)]
    [InlineData(200, """[{"fingerprint":"<x>","startsAt":"2026-01-01T00:00:00Z"}]""", 502)]
    [InlineData(200, """[{"fingerprint":"1","startsAt":"soon"}]""", 502)]
    [InlineData(200, """[{"fingerprint":"1","startsAt":"2026-01-01T00:00:00Z","labels":{"a":1}}]""", 502)]
    [InlineData(200, """[{"fingerprint":"1","startsAt":"2026-01-01T00:00:00Z","labels":{"a":"\ud800"}}]""", 502)]
    [InlineData(500, "broken", 502)]
    [InlineData(401, "", 502)]
    [InlineData(302, "", 502)]
    public async Task Nonsense_is_told_as_such(int status, string body, int expected)
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (status, body);
        await using var server = await StartAsync(fake.Url);

        Assert.Equal(expected, (await server.FailAsync(HttpMethod.Get, "/api/alerts")).Status);
        Assert.Equal(expected, (await server.FailAsync(HttpMethod.Post, "/api/alerts/1/ack")).Status);
        Assert.Empty(fake.Changes);
    }

    [Fact]
    public async Task Without_an_alertmanager_the_answer_says_what_to_do()
    {
        await using var server = await StartAsync($"http://127.0.0.1:{FakeTcpServer.DeadPort()}");

        var (status, problem) = await server.FailAsync(HttpMethod.Get, "/api/alerts");
        Assert.Equal(503, status);
        Assert.Contains("alertmanager.url", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("refused:", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, (await server.FailAsync(HttpMethod.Get, "/api/alerts?acknowledged=maybe")).Status);
    }

    [Fact]
    public async Task An_acknowledgement_silences_that_alert_alone_in_the_caller_s_name()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(Offline));
        await using var server = await StartAsync(fake.Url);

        var (status, alert) = await AckAsync(server, """{"comment":"driving\nthere","duration":"30m"}""");
        Assert.Equal(200, status);
        Assert.True(alert.GetProperty("acknowledged").GetBoolean());
        Assert.Equal("made", alert.GetProperty("silence").GetProperty("id").GetString());
        var (call, body) = Assert.Single(fake.Changes);
        Assert.Equal("POST /api/v2/silences", call);
        Assert.Equal(
            Offline["labels"]!.AsObject().Select(l => $"{l.Key}={l.Value!.GetValue<string>()}"),
            body!["matchers"]!.AsArray().Select(m => $"{m!["name"]!.GetValue<string>()}={m["value"]!.GetValue<string>()}"));
        Assert.All(body["matchers"]!.AsArray(), m => Assert.True(m!["isEqual"]!.GetValue<bool>() && !m["isRegex"]!.GetValue<bool>()));
        Assert.Equal(("admin", "driving there"), (body["createdBy"]!.GetValue<string>(), body["comment"]!.GetValue<string>()));
        Assert.Equal(server.Clock.GetUtcNow().AddMinutes(30), body["endsAt"]!.GetValue<DateTimeOffset>());
        Assert.Null(body["id"]);
        var row = (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().First();
        Assert.Equal(
            ("acknowledge", "FleetHostOffline a 0123456789abcdef"), (row.GetProperty("action").GetString(), row.GetProperty("target").GetString()));
    }

    [Fact]
    public async Task A_second_one_takes_the_place_of_the_first_and_of_no_wider_one()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(Offline));
        var wide = FakeAlertmanager.Silence("wide", Offline);
        wide["matchers"]!.AsArray().RemoveAt(0);
        fake.Silences = FakeAlertmanager.List(wide, FakeAlertmanager.Silence("old", Offline, "expired"), FakeAlertmanager.Silence("mine", Offline));
        await using var server = await StartAsync(fake.Url);

        Assert.Equal(200, (await AckAsync(server, null)).Status);
        Assert.Equal("mine", fake.Changes.Single().Body!["id"]!.GetValue<string>());
        Assert.Equal("acknowledged by admin", fake.Changes.Single().Body!["comment"]!.GetValue<string>());

        using var taken = await server.SendAsync(HttpMethod.Delete, "/api/alerts/0123456789abcdef/ack");
        Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
        Assert.Equal("DELETE /api/v2/silence/mine", fake.Changes.Last().Call);

        fake.Silences = FakeAlertmanager.List(wide);
        Assert.Equal(409, (await server.FailAsync(HttpMethod.Delete, "/api/alerts/0123456789abcdef/ack")).Status);
        Assert.Equal(2, fake.Changes.Count);
    }

    [Theory]
    [InlineData("""{"duration":"59s"}""", 422, "duration")]
    [InlineData("""{"duration":"31d"}""", 422, "duration")]
    [InlineData("""{"duration":"forever"}""", 422, "duration")]
    [InlineData("""{"duration":""}""", 422, "duration")]
    [InlineData("""{"duration":5}""", 400, null)]
    [InlineData("""["x"]""", 400, null)]
    [InlineData("{", 400, null)]
    [InlineData("null", 400, null)]
    public async Task A_bad_body_changes_nothing(string json, int status, string? field)
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(Offline));
        await using var server = await StartAsync(fake.Url);

        var answer = await AckAsync(server, json);
        Assert.Equal(status, answer.Status);
        Assert.True(field is null || answer.Body.GetProperty("errors").TryGetProperty(field, out _));
        Assert.Equal(422, (await AckAsync(server, $$"""{"comment":"{{new string('x', 501)}}"}""")).Status);
        Assert.Empty(fake.Changes);
    }

    [Fact]
    public async Task An_alert_that_does_not_fire_cannot_be_acknowledged()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        fake.Alerts = (200, FakeAlertmanager.List(FakeAlertmanager.Alert("5", "Watchdog", "none", "2026-01-01T00:00:00Z")));
        await using var server = await StartAsync(fake.Url);

        foreach (var id in new[] { "5", "nosuch", "..%2F..%2Fsilences" })
        {
            Assert.Equal(404, (await server.FailAsync(HttpMethod.Post, $"/api/alerts/{id}/ack")).Status);
            Assert.Equal(404, (await server.FailAsync(HttpMethod.Delete, $"/api/alerts/{id}/ack")).Status);
        }

        Assert.Empty(fake.Changes);
    }

    [Fact]
    public async Task A_token_is_sent_and_never_shown()
    {
        await using var fake = await FakeAlertmanager.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("token", "s3cret\n");
        await using var server =
            await ApiServer.StartAsync($"{ApiServer.TwoHosts}alertmanager: {{ url: \"{fake.Url}\", token_file: {folder.PathOf("token")} }}\n");

        await server.TextAsync("/api/alerts");
        Assert.All(fake.Authorizations, a => Assert.Equal("Bearer s3cret", a));
        Assert.DoesNotContain("s3cret", await server.TextAsync("/api/config"), StringComparison.Ordinal);
    }

    private static Task<ApiServer> StartAsync(string url) => ApiServer.StartAsync($"{ApiServer.TwoHosts}alertmanager: {{ url: \"{url}\" }}\n");

    private static async Task<(int Status, JsonElement Body)> AckAsync(ApiServer server, string? json)
    {
        using var content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync("/api/alerts/0123456789abcdef/ack", content, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
