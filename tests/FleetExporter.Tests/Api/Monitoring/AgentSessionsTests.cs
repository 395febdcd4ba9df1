using System.Globalization;
using System.Text.Json;
using FleetExporter.Tests.OpenClaw;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>Sessions of the gateways' agents.</summary>
public sealed class AgentSessionsTests
{
    private const string Main = "agent:main:main";

    [Fact]
    public async Task Rows_of_both_versions_are_those_of_the_captures_the_last_active_first()
    {
        await using var server = await GatewayServer.StartAsync([("new", ""), ("old", "2026.5.28")]);

        var answer = await server.JsonAsync("sessions");
        var rows = answer.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(14, rows.Count);
        Assert.Equal(rows.Select(r => Time(r, "updated_at")).OrderDescending(), rows.Select(r => Time(r, "updated_at")));
        var main = rows.Single(r => Text(r, "key") == Main && Text(r, "gateway") == "new");
        Assert.Equal(
            """
            {"gateway":"new","key":"agent:main:main","agent":"main","type":"main","label":"main","model":"fake/fake-chat","status":"done",
            "has_active_run":false,"parent":null,"depth":0,"tokens":2250,"context_tokens":128000,"context_percent":1.8,"tokens_total":21185,
            "cost_usd":0.068835,"updated_at":"2026-11-21T03:28:18.782+00:00","created_at":"2026-11-21T03:26:19.532+00:00","last_error":null}
            """.ReplaceLineEndings(""),
            main.GetRawText());
        var child = rows.Single(r => Text(r, "type") == "subagent" && Text(r, "gateway") == "old");
        Assert.Equal((Main, 1, "helper"), (Text(child, "parent"), child.GetProperty("depth").GetInt32(), Text(child, "label")));

        // This version was still computing its usage.
        Assert.Equal(JsonValueKind.Null, child.GetProperty("tokens_total").ValueKind);
        var sources = answer.GetProperty("sources").EnumerateArray().ToList();
        Assert.Equal(["new 8 8 8", "old 6 6 6"], sources.Select(s => $"{Text(s, "gateway")} {Counts(s)}"));
        Assert.Equal("here", Text(sources[0], "host"));
        Assert.All(sources, s => Assert.Null(Text(s, "reason")));
        Assert.Equal([null, "waiting"], sources.Select(s => Text(s, "usage_reason")));
        Assert.DoesNotContain("input_tokens", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway=old", 6)]
    [InlineData("agent=main", 14)]
    [InlineData("agent=none", 0)]
    [InlineData("type=cron", 4)]
    [InlineData("q=HELPER", 2)]
    [InlineData("q=nightly&gateway=new", 1)]
    [InlineData("q=openai:c4739&type=custom", 1)]
    public async Task Filters_apply_together(string query, int count)
    {
        await using var server = await GatewayServer.StartAsync([("new", ""), ("old", "2026.5.28")]);

        var answer = await server.JsonAsync($"sessions?{query}");

        Assert.Equal(count, answer.GetProperty("items").GetArrayLength());
        Assert.Equal(count, answer.GetProperty("sources").EnumerateArray().Sum(s => s.GetProperty("shown").GetInt32()));
        Assert.DoesNotContain(server["new"].Requests, r => r.Parameters.Contains("search", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sessions?gateway=none", 404, "")]
    [InlineData("sessions?type=x", 400, "type")]
    [InlineData("sessions?q=", 400, "q")]
    [InlineData("sessions?q=a%00", 400, "q")]
    [InlineData("sessions?limit=0", 400, "limit")]
    [InlineData("sessions?cursor=%07", 400, "cursor")]
    [InlineData("sessions/none", 404, "")]
    [InlineData("sessions/agent%3Amain%3Amain", 400, "gateway")]
    [InlineData("sessions/agent%3Amain%3Amain?gateway=none", 404, "")]
    public async Task A_wrong_request_is_refused(string path, int status, string fields)
    {
        await using var server = await GatewayServer.StartAsync([("a", ""), ("b", "")]);

        Assert.Equal((status, fields), await server.FailAsync(path));
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        await using var server = await GatewayServer.StartAsync([("a", ""), ("b", "")]);
        var all = (await server.ItemsAsync("sessions")).Select(r => r.GetRawText()).ToList();

        List<string> paged = [];
        string? cursor = null;
        do
        {
            var page = await server.JsonAsync($"sessions?limit=3{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(r => r.GetRawText()));
            cursor = Text(page, "next_cursor");
        }
        while (cursor is not null);

        Assert.Equal(16, all.Count);
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task A_session_has_its_relatives_and_its_last_messages()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")]);

        var main = await server.JsonAsync($"sessions/{Uri.EscapeDataString(Main)}");
        var chat = await server.JsonAsync("sessions/agent%3amain%3achat1");

        Assert.Equal(
            "agent:main:subagent:100b2c29-5c49-4eb5-9f0c-b18fe03f241c", Assert.Single(main.GetProperty("children").EnumerateArray()).GetString());

        // The recorded answer has no such session.
        Assert.Equal("missing", Text(main.GetProperty("preview"), "reason"));
        Assert.Equal("chat one", Text(chat.GetProperty("session"), "label"));
        Assert.Equal(
            """{"at":"2026-01-01T00:00:00+00:00","reason":null,"messages":[{"role":"user","text":"Hello via chat.send"},"""
                + """{"role":"assistant","text":"Fake answer number 13 from the loopback model."}]}""",
            chat.GetProperty("preview").GetRawText());
        Assert.Contains(("sessions.preview", """{"keys":["agent:main:chat1"],"limit":20,"maxChars":600}"""), server["claw"].Requests);
    }

    [Fact]
    public async Task A_gateway_that_refuses_a_preview_or_does_not_answer_gives_the_reason()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")]);
        server["claw"].AnswerOverride = (method, connection) =>
            method == "sessions.preview" ? GatewayServer.RefuseAsync(connection) : Task.FromResult(false);
        var refused = await server.JsonAsync("sessions/agent%3Amain%3Amain");

        server["claw"].AnswerOverride = (method, _) => Task.FromResult(method == "sessions.preview");
        var asked = server["claw"].Requests.Count;
        var pending = server.JsonAsync("sessions/agent%3Amain%3Amain");
        await server.AdvanceOnceAskedAsync("claw", asked);
        var silent = await pending;

        Assert.Equal("""{"at":null,"reason":"reported_error","messages":null}""", refused.GetProperty("preview").GetRawText());
        Assert.Equal("""{"at":null,"reason":"timeout","messages":null}""", silent.GetProperty("preview").GetRawText());
        Assert.Equal(2250, silent.GetProperty("session").GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task A_search_asks_a_gateway_that_has_more_sessions_than_are_in_memory()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")], new Dictionary<string, string>
        {
            ["sessions.list"] = Page(Enumerable.Range(0, 200), next: 200),
        });
        var before = await server.JsonAsync("sessions?q=needle");
        server["claw"].AnswerOverride = async (method, connection) =>
        {
            await connection.TextAsync(FakeGateway.Answer(connection.Id, method == "sessions.list"
                ? """{"sessions":[{"key":"agent:main:old/1","label":"Needle"},{"key":"agent:main:other"}],"totalCount":2,"hasMore":false}"""
                : """{"previews":[]}"""));
            return true;
        };
        var found = await server.JsonAsync("sessions?q=needle");
        var one = await server.JsonAsync("sessions/agent%3Amain%3Aold%2F1");
        var absent = await server.FailAsync("sessions/agent%3Amain%3Anone");
        server["claw"].AnswerOverride = (_, connection) => GatewayServer.RefuseAsync(connection);
        var failed = await server.JsonAsync("sessions?q=needle");

        // Searched, and the search has further rows as well.
        Assert.Equal("truncated", Text(before.GetProperty("sources")[0], "reason"));
        Assert.Contains(("sessions.list", """{"limit":200,"search":"needle"}"""), server["claw"].Requests);
        Assert.Equal("agent:main:old/1", Text(Assert.Single(found.GetProperty("items").EnumerateArray()), "key"));
        Assert.Equal("5000 200 1", Counts(found.GetProperty("sources")[0]));
        Assert.Null(Text(found.GetProperty("sources")[0], "reason"));
        Assert.Equal("Needle", Text(one.GetProperty("session"), "label"));
        Assert.Equal((404, ""), absent);
        Assert.Empty(failed.GetProperty("items").EnumerateArray());
        Assert.Equal("reported_error", Text(failed.GetProperty("sources")[0], "reason"));
        Assert.NotNull(Text(failed.GetProperty("sources")[0], "at"));
    }

    [Fact]
    public async Task Hostile_texts_of_ten_thousand_rows_are_data()
    {
        var rows = string.Join(',', Enumerable.Range(0, 10_000).Select(i => i < 9000
            ? $$"""{"key":"agent:x:{{i}}"}"""
            : $$"""{"key":"agent:x:{{i}}","label":"<img src=x onerror=alert({{i}})>\u001b[2J\u202e","lastRunError":"\u0000","""
                + $$""" "updatedAt":{{1795232332516 + i}}}"""));
        await using var server = await GatewayServer.StartAsync(
            [("claw", "")], new Dictionary<string, string> { ["sessions.list"] = $$"""{"sessions":[{{rows}}],"totalCount":10000}""" });

        var text = await server.TextAsync("sessions");

        Assert.DoesNotContain("\\u001b", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("202e", text, StringComparison.OrdinalIgnoreCase);
        var first = JsonElement.Parse(text).GetProperty("items")[0];
        Assert.Equal(
            ("agent:x:9999", "<img src=x onerror=alert(9999)> [2J", null), (Text(first, "key"), Text(first, "label"), Text(first, "last_error")));
        Assert.Equal(500, JsonElement.Parse(text).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Without_an_answer_there_are_no_rows_and_the_reason()
    {
        await using var server = await GatewayServer.StartAsync(
            [("claw", "")], new Dictionary<string, string> { ["sessions.list"] = """{"sessions":"many"}""" });

        var source = (await server.JsonAsync("sessions")).GetProperty("sources")[0];

        Assert.Equal(
            """{"gateway":"claw","host":"here","at":null,"reason":"unknown_shape","total":null,"known":null,"shown":null,"usage_reason":null}""",
            source.GetRawText());
    }

    private static string Page(IEnumerable<int> keys, int next) =>
        $$"""{"sessions":[{{string.Join(',', keys.Select(i => $"{{\"key\":\"agent:main:{i}\",\"updatedAt\":{1795232332516 - i}}}"))}}],"""
        + string.Create(CultureInfo.InvariantCulture, $$""" "totalCount":5000,"hasMore":true,"nextOffset":{{next}}}""");

    private static string Counts(JsonElement source) =>
        string.Join(' ', new[] { "total", "known", "shown" }.Select(n => source.GetProperty(n).GetRawText()));

    private static DateTimeOffset Time(JsonElement row, string name) => row.GetProperty(name).GetDateTimeOffset();

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
