using System.Text.Json;

namespace FleetExporter.Tests.Api.Access;

public sealed class AuditTests
{
    [Fact]
    public async Task Calls_that_change_something_are_in_the_audit_with_who_and_how_it_came_out()
    {
        await using var server = await KeyedServer.StartAsync();

        using var stranger = await server.PostAsync("/-/reload", null, ("X-Forwarded-For", "10.0.0.1"));
        using var denied = await server.PostAsync("/-/reload", null, ("X-API-Key", KeyedServer.KeyOf("control")));
        using var done = await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey));
        server.Api.WriteConfig("hosts: {}");
        using var failed = await server.PostAsync("/-/reload", null, ("X-API-Key", KeyedServer.KeyOf("admin")));
        using var wrong = await server.GetAsync("/api/hosts", ("X-API-Key", "swordfish"));
        using var login = await server.PostAsync("/api/login", """{"key":"swordfish"}""");
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        using var logout = await server.PostAsync("/api/logout", null, ("Cookie", cookie));

        var audit = await server.AuditAsync();

        Assert.Equal(
            [
                "logout ok reader ", "login ok reader ", "login denied  ", "authenticate denied  GET /api/hosts",
                "reload failed adminer ", "reload ok admin ", "reload denied controler ", "reload denied  ",
            ],
            audit.GetProperty("items").EnumerateArray().Select(Line));
        Assert.DoesNotContain("swordfish", audit.GetRawText(), StringComparison.Ordinal);
        Assert.All(audit.GetProperty("items").EnumerateArray(), row => Assert.Equal("127.0.0.1", row.GetProperty("address").GetString()));
        var page = await server.Api.TextAsync("/metrics");
        Assert.Contains("fleet_control_requests_total{action=\"reload\",outcome=\"ok\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("fleet_control_requests_total{action=\"authenticate\",outcome=\"denied\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("fleet_audit_events_total 8\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_comes_in_pages_the_latest_first()
    {
        await using var server = await KeyedServer.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).Dispose();
        }

        var ids = new List<long>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await server.JsonAsync($"/api/audit?limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}", ("X-API-Key", server.AdminKey));
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 1, 2);
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("id").GetInt64()));
            cursor = page.GetProperty("next_cursor").GetString();
        }

        Assert.Equal([5, 4, 3, 2, 1], ids);
        Assert.Equal(400, await server.StatusAsync("/api/audit?limit=0", ("X-API-Key", server.AdminKey)));
        foreach (var cursor in new[] { "x", "", "-1", "1.5", "99999999999999999999" })
        {
            using var answer = await server.GetAsync($"/api/audit?cursor={cursor}", ("X-API-Key", server.AdminKey));
            Assert.Equal(400, (int)answer.StatusCode);
            Assert.Contains("\"cursor\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wrong_keys_cannot_fill_the_disk()
    {
        await using var server = await KeyedServer.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            await server.StatusAsync("/api/hosts", ("X-API-Key", "wrong"));
        }

        // Ten were looked at; what ran against the limit is counted only.
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(10, (await server.AuditAsync()).GetProperty("items").GetArrayLength());
        Assert.Contains("{action=\"authenticate\",outcome=\"denied\"} 30\n", await server.Api.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_can_calls_that_are_denied_and_strangers_do_not_hide_who_is_known()
    {
        await using var server = await KeyedServer.StartAsync();
        for (var i = 0; i < 110; i++)
        {
            (await server.PostAsync("/-/reload", null)).Dispose();
        }

        (await server.PostAsync("/-/reload", null, ("X-API-Key", KeyedServer.KeyOf("read")))).Dispose();

        var rows = (await server.AuditAsync()).GetProperty("items");
        Assert.Equal(101, rows.GetArrayLength());
        Assert.Equal("reload denied reader ", Line(rows[0]));
    }

    private static string Line(JsonElement row) =>
        string.Join(' ', new[] { "action", "outcome", "who", "target" }.Select(name => row.GetProperty(name).GetString()));
}
