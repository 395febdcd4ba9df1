using System.Net.WebSockets;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Polls a gateway that fails in various ways.</summary>
public sealed class GatewayPollerTests
{
    [Fact]
    public async Task One_connection_serves_many_polls_and_identifies_the_exporter()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);

        for (var polls = 0; polls < 5; polls++)
        {
            Assert.Null(await watched.ReasonAsync());
        }

        Assert.Equal((1, 1), (gateway.Connections, gateway.Open));
        Assert.False(gateway.Headers.ContainsKey("Origin"));
        var connect = gateway.Requests.First();
        Assert.Equal("connect", connect.Method);
        Assert.Contains("\"scopes\":[\"operator.read\"]", connect.Parameters, StringComparison.Ordinal);
        Assert.Equal(5, gateway.Requests.Count(a => a.Method == "health"));
        Assert.Equal(4, gateway.Requests.Count(a => a.Method == "sessions.usage"));
        Assert.Equal(1, gateway.Requests.Count(a => a.Method == "infrastructure"));
    }

    [Fact]
    public async Task A_wrong_token_is_auth_and_a_corrected_one_is_used_at_the_next_poll()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, token: "wrong");

        Assert.Equal(TargetFailure.Auth, await watched.ReasonAsync());
        Assert.Equal(1, gateway.Connections);
        await File.WriteAllTextAsync(watched.TokenPath, FakeGateway.Token, TestContext.Current.CancellationToken);
        Assert.Null(await watched.ReasonAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\ntwo")]
    public async Task A_missing_token_is_auth(string token)
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, token: token);

        Assert.Equal(TargetFailure.Auth, await watched.ReasonAsync());
        Assert.Equal(0, gateway.Connections);
    }

    [Theory]
    [InlineData(
        """{"type":"res","id":"ID","ok":false,"error":{"code":"INVALID_REQUEST","message":"m","details":"""
            + """{"code":"PROTOCOL_MISMATCH","expectedProtocol":5}}}""",
        TargetFailure.Protocol)]
    [InlineData(
        """{"type":"res","id":"ID","ok":false,"error":{"code":"UNAVAILABLE","message":"m","details":"""
            + """{"reason":"startup-sidecars"},"retryAfterMs":500}}""",
        TargetFailure.ReportedError)]
    [InlineData("""{"type":"res","id":"ID","ok":true,"payload":{"type":"hello-ok","protocol":5}}""", TargetFailure.Protocol)]
    [InlineData("""{"type":"res","id":"ID","ok":true,"payload":{}}""", TargetFailure.Protocol)]
    [InlineData("no json", TargetFailure.Protocol)]
    public async Task A_rejected_login_has_its_reason_and_the_health_endpoints_are_still_read(string refusal, TargetFailure reason)
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.LoginError = refusal;
        gateway.Ready = (503, """{"ready":false,"failing":["startup-sidecars"],"uptimeMs":5662}""");
        await using var watched = new PolledGateway(gateway.Url);

        Assert.Equal(reason, await watched.ReasonAsync());

        var page = watched.Page();
        Assert.Contains("fleet_openclaw_gateway_up{host=\"box\",gateway=\"claw\"} 0", page, StringComparison.Ordinal);
        Assert.Contains("fleet_openclaw_gateway_live{host=\"box\",gateway=\"claw\"} 1", page, StringComparison.Ordinal);
        Assert.Contains("fleet_openclaw_gateway_ready{host=\"box\",gateway=\"claw\"} 0", page, StringComparison.Ordinal);
        Assert.Contains(
            "fleet_openclaw_gateway_failing{host=\"box\",gateway=\"claw\",dependency=\"startup-sidecars\"} 1", page, StringComparison.Ordinal);
        Assert.Contains("fleet_collector_success{host=\"box\",collector=\"gateway\",target=\"claw\"} 0", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_refused_and_not_live()
    {
        await using var watched = new PolledGateway(new Uri("ws://127.0.0.1:1"));

        Assert.Equal(TargetFailure.Refused, await watched.ReasonAsync());
        Assert.Contains("fleet_openclaw_gateway_live{host=\"box\",gateway=\"claw\"} 0", watched.Page(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_address_is_dns()
    {
        await using var watched = new PolledGateway(new Uri("ws://no-such-host.invalid:1"));

        Assert.Equal(TargetFailure.Dns, await watched.ReasonAsync());
    }

    [Fact]
    public async Task Another_server_on_the_port_is_reported()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(new Uri(gateway.Url, "/readyz"));

        Assert.Equal(TargetFailure.Protocol, await watched.ReasonAsync());
    }

    [Fact]
    public async Task A_silent_gateway_is_timeout_and_still_live()
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.Challenge = null;
        await using var watched = new PolledGateway(gateway.Url, timeout: TimeSpan.FromSeconds(0.5));

        Assert.Equal(TargetFailure.Timeout, await watched.ReasonAsync());
        Assert.Contains("fleet_openclaw_gateway_live{host=\"box\",gateway=\"claw\"} 1", watched.Page(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_falls_silent_is_reconnected_and_keeps_its_values()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, timeout: TimeSpan.FromSeconds(2));
        Assert.Null(await watched.ReasonAsync());
        gateway.AnswerOverride = (_, _) => Task.FromResult(true);

        var silent = await watched.PollAsync();

        Assert.Equal(TargetFailure.Timeout, silent.Failure?.Reason);
        Assert.NotNull(silent.Sessions);
        gateway.AnswerOverride = null;
        Assert.Null(await watched.ReasonAsync());
        Assert.Equal(2, gateway.Connections);
    }

    [Fact]
    public async Task A_connection_aborted_during_an_answer_is_protocol_and_the_next_poll_reconnects()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        gateway.AnswerOverride = async (method, connection) =>
        {
            if (method == "health")
            {
                await connection.TextAsync("""{"type":"res","id":""", whole: false);
                connection.Abort();
            }

            return true;
        };

        Assert.Equal(TargetFailure.Protocol, await watched.ReasonAsync());
        gateway.AnswerOverride = null;
        Assert.Null(await watched.ReasonAsync());
    }

    [Fact]
    public async Task An_announced_restart_loses_no_poll()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        Assert.Null(await watched.ReasonAsync());
        gateway.AnswerOverride = async (method, connection) =>
        {
            await connection.TextAsync("""{"type":"event","event":"shutdown","payload":{"reason":"gateway stopping"},"seq":1}""");
            await connection.CloseAsync((WebSocketCloseStatus)1012);
            return true;
        };

        var problem = (await watched.PollAsync()).Failure!;

        Assert.Equal(TargetFailure.Protocol, problem.Reason);
        Assert.Contains("gateway stopping", problem.Message, StringComparison.Ordinal);
        gateway.AnswerOverride = null;
        Assert.Null(await watched.ReasonAsync());
    }

    [Theory]
    [InlineData("this is no json", TargetFailure.Protocol)]
    [InlineData("[1,2]", TargetFailure.Protocol)]
    [InlineData("HUGE", TargetFailure.TooLarge)]
    public async Task An_invalid_message_ends_the_connection(string message, TargetFailure reason)
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        gateway.AnswerOverride = async (method, connection) =>
        {
            await connection.TextAsync(message == "HUGE" ? $"\"{new string('x', 1_100_000)}\"" : message);
            return true;
        };

        Assert.Equal(reason, await watched.ReasonAsync());
    }

    [Fact]
    public async Task Answers_may_come_in_any_order_and_between_events()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        (string Id, string Payload)? held = null;
        gateway.AnswerOverride = async (method, connection) =>
        {
            if (method == "status")
            {
                held = (connection.Id, GatewayFixture.Payload("status").GetRawText());
                return true;
            }

            if (method == "channels.status")
            {
                await connection.TextAsync("""{"type":"event","event":"tick","payload":{"ts":1795231908479},"seq":12}""");
                await connection.TextAsync("""{"type":"res","id":"nobody asked","ok":true,"payload":{}}""");
                await connection.TextAsync(FakeGateway.Answer(connection.Id, GatewayFixture.Payload("channels.status").GetRawText()));
                await connection.TextAsync(FakeGateway.Answer(held!.Value.Id, held.Value.Payload));
                return true;
            }

            return false;
        };

        var reading = await watched.PollAsync();

        Assert.Null(reading.Failure);
        Assert.Equal("2026.9.6", reading.Status?.Version);
        Assert.NotNull(reading.Channels);
    }
}
