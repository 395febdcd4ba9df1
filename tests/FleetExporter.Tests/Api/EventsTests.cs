using System.Text.Json;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FleetExporter.Tests.Api;

public sealed class EventsTests
{
    [Fact]
    public async Task The_newest_come_first_with_all_their_fields()
    {
        await using var server = await StartAsync();

        var items = await ItemsAsync(server, "");

        Assert.Equal(["gpu:a/3", "host:b b", "host:a"], items.Select(i => i.GetProperty("subject").GetString()));
        var first = items[^1];
        var text = first.GetRawText();
        Assert.Equal(
            ["id", "time", "kind", "severity", "host", "subject", "from", "to", "reason", "text", "detail", "exporter"],
            first.EnumerateObject().Select(p => p.Name));
        Assert.EndsWith(
            ",\"time\":\"2026-01-01T00:00:00+00:00\",\"kind\":\"host\",\"severity\":\"critical\",\"host\":\"a\",\"subject\":\"host:a\","
                + "\"from\":\"online\",\"to\":\"offline\",\"reason\":\"timeout\",\"text\":\"a went offline: 100 %\",\"detail\":null",
            text[..text.IndexOf(",\"exporter\"", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Equal(79, items[0].GetProperty("detail").GetProperty("xid").GetInt32());
    }

    [Theory]
    [InlineData("kind=gpu", "gpu:a/3")]
    [InlineData("kind=gpu,host&host=a", "gpu:a/3 host:a")]
    [InlineData("host=b b", "host:b b")]
    [InlineData("host=a,b b", "gpu:a/3 host:b b host:a")]
    [InlineData("subject=host:a", "host:a")]
    [InlineData("severity=warning,ok", "gpu:a/3 host:b b")]
    [InlineData("severity=critical&kind=gpu", "")]
    [InlineData("since=2026-01-01T00:00:30Z", "gpu:a/3 host:b b")]
    [InlineData("since=2026-01-01T01:01:00%2B01:00", "gpu:a/3 host:b b")]
    [InlineData("until=2026-01-01T00:01:00.000Z", "host:a")]
    [InlineData("since=2026-01-01T00:01:00Z&until=2026-01-01T00:02:00Z", "host:b b")]
    [InlineData("q=WENT OFF", "host:a")]
    [InlineData("q=100 %25", "host:a")]
    [InlineData("q=0_%25", "")]
    [InlineData("q=xid_79", "gpu:a/3")]
    public async Task Filters_combine(string query, string subjects)
    {
        await using var server = await StartAsync();

        Assert.Equal(subjects, string.Join(' ', (await ItemsAsync(server, query)).Select(i => i.GetProperty("subject").GetString())));
    }

    [Theory]
    [InlineData("kind=hosts", "kind", "host, collector, target, gpu, alert, job, control, session, exporter")]
    [InlineData("kind=", "kind", "host, collector")]
    [InlineData("severity=bad", "severity", "critical, warning, info, ok")]
    [InlineData("since=yesterday", "since", "RFC 3339")]
    [InlineData("until=2026-01-01", "until", "RFC 3339")]
    [InlineData("limit=0", "limit", "1 to 500")]
    [InlineData("limit=501", "limit", "1 to 500")]
    [InlineData("cursor=x", "cursor", "next_cursor")]
    [InlineData("host=%00", "host", "printable")]
    [InlineData("q=", "q", "printable")]
    public async Task A_wrong_value_is_named_with_the_allowed_ones(string query, string field, string message)
    {
        await using var server = await ApiServer.StartAsync();

        var (status, problem) = await server.FailAsync(HttpMethod.Get, $"/api/events?{query}");

        Assert.Equal(400, status);
        Assert.Contains(message, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_stable_while_events_arrive()
    {
        await using var server = await StartAsync();
        var one = await server.JsonAsync("/api/events?limit=2&kind=host,gpu");
        await WriteAsync(server, Event("host:new") with { At = server.Clock.GetUtcNow().AddMinutes(5) });

        var two = await server.JsonAsync($"/api/events?limit=2&kind=host,gpu&cursor={one.GetProperty("next_cursor").GetString()}");

        Assert.Equal("host:a", Assert.Single(two.GetProperty("items").EnumerateArray()).GetProperty("subject").GetString());
        Assert.Equal(JsonValueKind.Null, two.GetProperty("next_cursor").ValueKind);
    }

    [Fact]
    public async Task While_the_store_is_unavailable_the_answer_says_when_to_retry()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Services.GetServices<IHostedService>().OfType<StoreWatch>().Single().StopAsync(TestContext.Current.CancellationToken);
        server.Services.GetRequiredService<Database>().Breaker.Open(new StoreError.Unavailable("the test"));

        using var response = await server.GetAsync("/api/events");

        Assert.Equal((503, "5"), ((int)response.StatusCode, response.Headers.GetValues("Retry-After").Single()));
    }

    [Fact]
    public async Task A_call_and_a_reload_become_events()
    {
        await using var server = await KeyedServer.StartAsync();

        (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).Dispose();
        (await server.PostAsync("/-/reload", null, ("X-API-Key", KeyedServer.KeyOf("control")))).Dispose();
        await WriteAsync(server.Api);

        var texts = (await ItemsAsync(server.Api, "kind=control,exporter")).Select(i => i.GetProperty("text").GetString());
        Assert.Equal(
            ["admin: reload: ok", "controler: reload: denied", "the configuration was reloaded", "the exporter started"],
            texts.Order(StringComparer.Ordinal));
    }

    private static async Task<ApiServer> StartAsync()
    {
        var server = await ApiServer.StartAsync();
        var now = server.Clock.GetUtcNow();
        await WriteAsync(
            server,
            Event("host:a") with
            {
                Host = "a",
                Severity = EventSeverity.Critical,
                From = "online",
                To = "offline",
                Reason = "timeout",
                Text = "a went offline: 100 %",
            },
            Event("host:b b") with { Host = "b b", At = now.AddMinutes(1), Severity = EventSeverity.Ok },
            Event("gpu:a/3") with { Kind = EventKind.Gpu, Host = "a", At = now.AddMinutes(2), Reason = "xid_79", Detail = new() { ["xid"] = 79 } });
        return server;
    }

    /// <summary>Adds events and has all that wait written.</summary>
    private static async Task WriteAsync(ApiServer server, params FleetEvent[] events)
    {
        var queue = server.Services.GetRequiredService<EventQueue>();
        foreach (var e in events)
        {
            queue.Add(e);
        }

        await server.Services.GetRequiredService<EventWriter>().WriteAsync(isLast: false, TestContext.Current.CancellationToken);
    }

    private static FleetEvent Event(string subject) =>
        new() { Kind = EventKind.Host, Severity = EventSeverity.Warning, Subject = subject, Text = "text" };

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(ApiServer server, string query) =>
    [
        .. (await server.JsonAsync($"/api/events?{query}")).GetProperty("items").EnumerateArray()
            .Where(i => i.GetProperty("kind").GetString() != "exporter" || query.Contains("exporter", StringComparison.Ordinal)),
    ];
}
