using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Tests.OpenClaw;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>The gateways, their agents' events and their logs in the API.</summary>
public sealed class MonitoringTests
{
    private const string Turn = """{"stream":"lifecycle","data":{"phase":"start"},"sessionKey":"agent:main:main","runId":"r1","ts":1795231582814}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_has_its_state_and_when_each_method_answered()
    {
        await using var server = await MonitoredServer.StartAsync();

        var claw = Assert.Single((await server.Api.JsonAsync("/api/monitoring/gateways")).Items("items"));
        Assert.Equal(
            ("claw", "a", "ok", 4d, "2026.9.6"),
            (claw.Text("gateway"), claw.Text("host"), claw.Text("status"), claw.Amount("protocol"), claw.Member("detail")!.Value.Text("version")));
        Assert.True(claw.Flag("is_connected"));
        Assert.Equal(JsonValueKind.Null, claw.GetProperty("newer_version").ValueKind);
        Assert.NotNull(claw.Member("event_loop")!.Value.Amount("delay_p99_ms"));
        var sources = claw.GetProperty("sources");
        Assert.NotNull(sources.GetProperty("sessions.list").Moment("at"));
        Assert.Null(sources.GetProperty("sessions.list").Text("reason"));
        // The recorded gateway is no fork.
        Assert.Equal("unsupported", sources.GetProperty("infrastructure").Text("reason"));
        Assert.Null(sources.GetProperty("infrastructure").Moment("at"));
    }

    [Fact]
    public async Task A_gateway_that_is_gone_has_the_reason()
    {
        await using var server = await MonitoredServer.StartAsync();
        await server.Gateway.DisposeAsync();
        await server.PollAsync();
        await server.PollAsync();

        var claw = Assert.Single((await server.Api.JsonAsync("/api/monitoring/gateways?gateway=claw")).Items("items"));
        Assert.Equal("error", claw.Text("status"));
        Assert.False(claw.Flag("is_connected"));
        Assert.Contains("refused", claw.Text("reason"), StringComparison.Ordinal);
        Assert.All((await server.Api.JsonAsync("/api/monitoring/logs")).Items("sources"), s => Assert.NotNull(s.Text("reason")));
    }

    [Theory]
    [InlineData("gateways?gateway=nope", 404)]
    [InlineData("events?gateway=nope", 404)]
    [InlineData("events?kind=nope", 400)]
    [InlineData("events?limit=0", 400)]
    [InlineData("logs?gateway=nope", 404)]
    [InlineData("logs?level=loud", 400)]
    [InlineData("logs?regex=(", 400)]
    [InlineData("logs?limit=9999", 400)]
    [InlineData("errors?gateway=nope", 404)]
    [InlineData("errors?level=info", 400)]
    public async Task What_is_wrong_with_a_request_is_said(string path, int status)
    {
        await using var server = await MonitoredServer.StartAsync();

        Assert.Equal(status, (await server.Api.FailAsync(HttpMethod.Get, $"/api/monitoring/{path}")).Status);
    }

    [Fact]
    public async Task Events_are_listed_newest_first_and_sent_to_readers_of_the_stream()
    {
        await using var server = await MonitoredServer.StartAsync(Emitting());
        var listed = await server.UntilAsync("/api/monitoring/events", e => e.Items("items").Count() >= 2);
        var items = listed.Items("items").ToList();
        Assert.Equal(("run_failed", "run_started"), (items[0].Text("kind"), items[1].Text("kind")));
        Assert.Equal(("claw", "main", "agent:main:main", "r1"), (
            items[1].Text("gateway"), items[1].Text("agent"), items[1].Text("session"), items[1].Text("run")));
        Assert.Equal("<b>no</b> model", items[0].Text("text"));
        Assert.Single((await server.Api.JsonAsync("/api/monitoring/events?kind=run_failed,message&gateway=claw")).Items("items"));
        Assert.Empty((await server.Api.JsonAsync("/api/monitoring/events?agent=other")).Items("items"));
        var first = await server.Api.JsonAsync("/api/monitoring/events?limit=1");
        var second = await server.Api.JsonAsync($"/api/monitoring/events?limit=1&cursor={Uri.EscapeDataString(first.Text("next_cursor")!)}");
        Assert.Equal("run_started", Assert.Single(second.Items("items")).Text("kind"));

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-API-Key", server.Api.AdminKey);
        await socket.ConnectAsync(
            new Uri(server.Api.Client.BaseAddress!.ToString().Replace("http:", "ws:", StringComparison.Ordinal) + "ws/agents"), Stop);
        await Task.Delay(200, Stop);
        await server.PollAsync();
        var receiving = MessageAsync(socket);
        while (!receiving.IsCompleted)
        {
            server.Api.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, Stop);
        }

        var message = await receiving;
        Assert.Equal("agent_event", message.Text("event"));
        Assert.Equal(("claw", 3d), (message.GetProperty("data").Text("gateway"), message.GetProperty("data").Amount("id")));
    }

    [Fact]
    public async Task Lines_of_the_log_are_filtered_and_errors_grouped()
    {
        await using var server = await MonitoredServer.StartAsync();

        var all = await server.UntilAsync("/api/monitoring/logs", l => l.Items("items").Any());
        var lines = all.Items("items").ToList();
        Assert.Equal(lines.Select(l => l.Moment("time")).OrderDescending(), lines.Select(l => l.Moment("time")));
        var source = Assert.Single(all.Items("sources"));
        Assert.Equal(("claw", "a"), (source.Text("gateway"), source.Text("host")));
        Assert.NotNull(source.Moment("at"));
        const string Filter = "subsystem=gateway%2Fws&q=INVALID&regex=cron\\.(update|remove)";
        var ws = (await server.Api.JsonAsync($"/api/monitoring/logs?{Filter}")).Items("items").ToList();
        Assert.NotEmpty(ws);
        Assert.All(ws, l => Assert.Matches(@"cron\.(update|remove).*INVALID", l.Text("text")!));
        Assert.True(ws.Count < lines.Count);
        var severe = await server.Api.JsonAsync("/api/monitoring/logs?level=warn");
        Assert.All(severe.Items("items"), l => Assert.True(l.Text("level") is "warn" or "error"));
        Assert.NotNull((await server.Api.JsonAsync("/api/monitoring/errors")).Member("items"));
    }

    [Fact]
    public async Task A_log_that_is_followed_has_new_lines_only()
    {
        var number = 0;
        await using var server = await MonitoredServer.StartAsync(g => g.AnswerOverride = async (method, connection) =>
        {
            if (method == "logs.tail")
            {
                var n = Interlocked.Increment(ref number);
                var line = JsonSerializer.Serialize(new { message = $"line {n}", _meta = new { logLevelName = "ERROR" } });
                await connection.TextAsync(FakeGateway.Answer(connection.Id, JsonSerializer.Serialize(new { lines = new[] { line }, cursor = n })));
            }

            return method == "logs.tail";
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/monitoring/logs?level=error");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await server.Api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal("event: following", await reader.ReadLineAsync(Stop));
        Assert.Contains("claw", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("", await reader.ReadLineAsync(Stop));

        var reading = reader.ReadLineAsync(Stop).AsTask();
        while (!reading.IsCompleted)
        {
            server.Api.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, Stop);
        }

        Assert.Equal("event: line", await reading);
        var line = JsonElement.Parse((await reader.ReadLineAsync(Stop))!["data: ".Length..]);
        Assert.Equal(("claw", "error"), (line.Text("gateway"), line.Text("level")));
        Assert.NotEqual("line 1", line.Text("text"));
        var group = Assert.Single((await server.Api.JsonAsync("/api/monitoring/errors?level=error")).Items("items"));
        Assert.Equal(("line #", true), (group.Text("signature"), group.Flag("is_recent")));
    }

    private static async Task<JsonElement> MessageAsync(ClientWebSocket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Stop);
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            if (part.EndOfMessage)
            {
                return JsonElement.Parse(text.ToString());
            }
        }
    }

    /// <summary>Sends two events with each answer to health.</summary>
    private static Action<FakeGateway> Emitting() => gateway => gateway.AnswerOverride = async (method, connection) =>
    {
        if (method == "health")
        {
            await connection.TextAsync($$"""{"type":"event","event":"agent","payload":{{Turn}}}""");
            await connection.TextAsync(
                """{"type":"event","event":"agent","payload":{"stream":"lifecycle","data":{"phase":"error","error":"<b>no</b>\nmodel"},"""
                + """ "sessionKey":"agent:main:main"}}""");
        }

        return false;
    };
}
