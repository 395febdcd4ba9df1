using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>What is read of sessions and their last messages.</summary>
public sealed class GatewaySessionParserTests
{
    private const string Subagent = "agent:main:subagent:100b2c29-5c49-4eb5-9f0c-b18fe03f241c";

    [Fact]
    public void Rows_of_the_newer_version()
    {
        var rows = GatewaySessions.Parse(GatewayFixture.Payload("sessions.list")).Sessions.ToDictionary(s => s.Key);

        var main = rows["agent:main:main"];
        Assert.Equal(
            ("agent:main:main", "main", "fake/fake-chat", "done", (string?)null, 0),
            (main.RawKey, main.Label, main.Model, main.Status, main.Parent, main.Depth));
        Assert.Equal((2250, 128000, 1795231579532), (main.Tokens, main.ContextTokens, main.CreatedAt?.ToUnixTimeMilliseconds()));
        Assert.Equal([Subagent], main.Children);
        var child = rows[Subagent];
        Assert.Equal(("helper", "agent:main:main", 1, "done"), (child.Label, child.Parent, child.Depth, child.Status));
        var broken = rows["agent:main:broken"];
        Assert.Equal(
            ("failed", "LLM request failed: provider rejected the request schema or tool payload."), (broken.Status, broken.LastError));
        Assert.Null(broken.Tokens);
        Assert.Null(rows["agent:main:cron:ab13ce1e-550c-4041-aa3e-8d06e749d206"].Status);
    }

    [Fact]
    public void Rows_of_the_older_version()
    {
        var rows = GatewaySessions.Parse(GatewayFixture.Payload("2026.5.28/sessions.list")).Sessions.ToDictionary(s => s.Key);

        var child = rows["agent:main:subagent:73640f69-1717-429d-af71-770fcae6a44d"];
        Assert.Equal(("helper", "agent:main:main", 1, 1300), (child.Label, child.Parent, child.Depth, child.Tokens));
        Assert.Equal(("Cron: nightly-report", 0), (rows["agent:main:cron:130a1b75-38bd-4fcf-8f80-957c56388f68"].Label, child.Children.Count));
        Assert.Null(child.CreatedAt);
        Assert.Null(rows["agent:main:broken"].LastError);
    }

    [Theory]
    [InlineData("""{"status":"running","hasActiveRun":false}""", null)]
    [InlineData("""{"status":"running","hasActiveRun":true}""", "running")]
    [InlineData("""{"status":"running"}""", "running")]
    [InlineData("""{"status":"<b>done</b>"}""", null)]
    [InlineData("""{"status":7}""", null)]
    public void A_status_is_one_of_the_known_ones_and_not_contradicted(string row, string? status) =>
        Assert.Equal(status, Read($$"""{"key":"k",{{row[1..]}}""").Status);

    [Theory]
    [InlineData("""{"model":"m"}""", "m")]
    [InlineData("""{"modelProvider":"p","model":"a/b"}""", "p/a/b")]
    [InlineData("""{"modelProvider":"p"}""", null)]
    [InlineData("""{"modelProvider":"p","model":["m"]}""", null)]
    public void A_model_has_its_provider(string row, string? model) => Assert.Equal(model, Read($$"""{"key":"k",{{row[1..]}}""").Model);

    [Fact]
    public void Texts_are_one_printable_line_and_limited()
    {
        var row = Read(JsonSerializer.Serialize(new
        {
            key = $"agent:a\u001b[31m:{new string('k', 600)}",
            label = "<script>alert(1)</script>\r\n\u202e" + new string('x', 5000),
            lastRunError = new string('e', 5000),
            spawnedBy = "\u0000p",
            spawnDepth = 1e9,
        }));

        Assert.True(GatewayParsers.IsSound(row));
        Assert.Equal((64, 240, "p"), (row.Key.Length, row.LastError!.Length, row.Parent));
        Assert.StartsWith("<script>alert(1)</script>   xxx", row.Label, StringComparison.Ordinal);
        Assert.True(row.Label!.Length <= 200);
        Assert.Null(row.RawKey);
        Assert.Null(row.Depth);
        Assert.Null(Read("""{"key":"k","label":"\ud800"}""").Label);
    }

    [Fact]
    public void Ten_thousand_rows_are_read_and_more_are_rejected()
    {
        static string Rows(int count) => $$"""{"sessions":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"key\":\"{i}\"}}"))}}]}""";

        Assert.Equal(10_000, GatewaySessions.Parse(JsonElement.Parse(Rows(10_000))).Sessions.Count);
        Assert.Throws<FormatException>(() => GatewaySessions.Parse(JsonElement.Parse(Rows(10_001))));
    }

    [Fact]
    public void Messages_of_both_versions()
    {
        var newer = GatewayPreviews.Parse(GatewayFixture.Payload("sessions.preview")).Previews;

        Assert.Equal(4, newer.Count);
        Assert.Equal(
            [new GatewayMessage("user", "Hello via chat.send"), new GatewayMessage("assistant", "Fake answer number 13 from the loopback model.")],
            newer.Single(p => p.Key == "agent:main:chat1").Messages);
        Assert.Equal(
            ["ok", "missing", "ok", "ok"],
            GatewayPreviews.Parse(GatewayFixture.Payload("2026.5.28/sessions.preview")).Previews.Select(p => p.Status));
    }

    [Fact]
    public void Messages_are_printable_and_limited()
    {
        var messages = string.Join(',', Enumerable.Repeat("""{"role":"\u001b[2J","text":"a\u0007\u2028b"}""", 9000));
        var preview = Assert.Single(GatewayPreviews.Parse(JsonElement.Parse(
            $$"""{"previews":[{"key":"k","status":"new","items":[{{messages}},{"text":"{{new string('t', 3000)}}"},{"role":"user"}]}]}""")).Previews);

        Assert.Equal(("unknown", 19), (preview.Status, preview.Messages.Count));
        Assert.Equal(new GatewayMessage("[2J", "a  b"), preview.Messages[0]);
        Assert.Equal(("unknown", 600), (preview.Messages[^1].Role, preview.Messages[^1].Text.Length));
    }

    [Fact]
    public void What_looks_like_a_secret_is_masked()
    {
        var preview = GatewayPreviews.Parse(JsonElement.Parse(
            """{"previews":[{"key":"k","status":"ok","items":[{"role":"user","text":"My password: hunter2\nand """
                + """sk-abcdefghijklmnopqrstuv"}]}]}""")).Previews;
        var task = GatewayTasks.Parse(JsonElement.Parse(
            """{"tasks":[{"id":"t","status":"failed","title":"Use token=abc","error":"Authorization: Bearer abcdefgh"}]}""")).Tasks.Single();

        Assert.Equal("My password: … and …", preview[0].Messages[0].Text);
        Assert.Equal(("Use token=…", false), (task.Title, task.Error!.Contains("abcdefgh", StringComparison.Ordinal)));
        Assert.Equal("api_key=…", Read("""{"key":"k","lastRunError":"api_key=abc"}""").LastError);
    }

    [Fact]
    public void A_cleaned_key_tells_what_the_original_begins_with()
    {
        var key = "agent:main:" + new string('x', 100);

        Assert.StartsWith(GatewayName.WithoutHash(GatewayName.Clean(key)!), key, StringComparison.Ordinal);
        Assert.Equal("agent:main:main", GatewayName.WithoutHash("agent:main:main"));
    }

    private static GatewaySession Read(string row) => GatewaySessions.Parse(JsonElement.Parse($$"""{"sessions":[{{row}}]}""")).Sessions.Single();
}
