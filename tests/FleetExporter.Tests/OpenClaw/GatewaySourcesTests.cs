using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Valid and invalid answers of each method, and the interval of its calls.</summary>
public sealed class GatewaySourcesTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("sessions.list")]
    [InlineData("sessions.usage")]
    [InlineData("cron.list")]
    [InlineData("health")]
    public async Task An_answer_of_unknown_shape_is_reported_and_has_no_samples(string method)
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        gateway.AnswerOverride = async (asked, connection) =>
        {
            if (asked == method)
            {
                await connection.TextAsync(FakeGateway.Answer(connection.Id, """{"sessions":"many","jobs":{},"totals":[-1],"ok":1}"""));
            }

            return asked == method;
        };

        Assert.Null(await watched.ReasonAsync());

        var page = watched.Page();
        Assert.Contains($"fleet_openclaw_schema_supported{{host=\"box\",gateway=\"claw\",source=\"{method}\"}} 0", page, StringComparison.Ordinal);
        Assert.Contains("fleet_openclaw_schema_supported{host=\"box\",gateway=\"claw\",source=\"tasks.list\"} 1", page, StringComparison.Ordinal);
        Assert.Contains("fleet_openclaw_gateway_up{host=\"box\",gateway=\"claw\"} 1", page, StringComparison.Ordinal);
        Assert.DoesNotContain(
            method switch
            {
                "status" => "_tasks{",
                "sessions.list" => "_sessions{",
                "sessions.usage" => "_cost_usd{",
                "cron.list" => "_cron_info",
                _ => "_plugin_errors"
            },
            page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_method_is_called_again_only_after_a_reconnect()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        gateway.AnswerOverride = async (asked, connection) =>
        {
            var unknown = asked is "diagnostics.lanes";
            if (unknown)
            {
                await connection.TextAsync(FakeGateway.Error(
                    connection.Id, """{"code":"INVALID_REQUEST","message":"unknown method: diagnostics.lanes"}"""));
            }

            return unknown;
        };

        await watched.PollAsync();
        await watched.PollAsync();

        Assert.Equal(1, gateway.Requests.Count(a => a.Method == "diagnostics.lanes"));
        Assert.DoesNotContain("source=\"diagnostics.lanes\"", watched.Page(), StringComparison.Ordinal);
        gateway.AnswerOverride = (_, connection) =>
        {
            connection.Abort();
            return Task.FromResult(true);
        };
        await watched.PollAsync();
        gateway.AnswerOverride = null;
        await watched.PollAsync();
        Assert.Contains("source=\"diagnostics.lanes\"} 1", watched.Page(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denied_method_is_reported()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        gateway.AnswerOverride = async (asked, connection) =>
        {
            if (asked == "cron.list")
            {
                await connection.TextAsync(FakeGateway.Error(
                    connection.Id,
                    """{"code":"FORBIDDEN","message":"missing scope","details":{"code":"MISSING_SCOPE","missingScope":"operator.read"}}"""));
            }

            return asked == "cron.list";
        };

        await watched.PollAsync();

        Assert.Contains("source=\"cron.list\"} 0", watched.Page(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_method_has_its_own_interval()
    {
        var clock = new FakeClock();
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, clock);
        for (var second = 0; second <= 600; second += 10)
        {
            Assert.Null(await watched.ReasonAsync());
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var asked = gateway.Requests.ToLookup(a => a.Method);
        Assert.Equal(61, asked["health"].Count());
        Assert.Equal(61, asked["channels.status"].Count());
        Assert.Equal(21, asked["sessions.list"].Count());
        Assert.Equal(2 * 21, asked["tasks.list"].Count());
        Assert.Equal(11, asked["cron.list"].Count());
        Assert.Equal(2 * 3, asked["usage.cost"].Count());
        // Usage needs the agents before they are known for the first time only.
        Assert.Equal(11 + 1, asked["agents.list"].Count());
        Assert.Equal(4 * 3, asked["sessions.usage"].Count());
    }

    [Fact]
    public async Task A_slow_method_does_not_delay_the_poll_and_is_published_later()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, timeout: TimeSpan.FromSeconds(1));
        FakeGateway.ServerConnection? waiting = null;
        gateway.AnswerOverride = (asked, connection) =>
        {
            waiting = asked == "usage.cost" ? connection : waiting;
            return Task.FromResult(asked == "usage.cost");
        };

        var first = await watched.PollAsync();

        Assert.Null(first.Failure);
        Assert.NotNull(first.Crons);
        Assert.Null(first.Month);
        gateway.AnswerOverride = null;
        await waiting!.TextAsync(FakeGateway.Answer(waiting.Id, GatewayFixture.Payload("usage.cost").GetRawText()));
        Assert.NotNull((await watched.PollAsync()).Month);
    }

    [Fact]
    public async Task A_stale_value_is_removed()
    {
        var clock = new FakeClock();
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, clock);
        Assert.NotNull((await watched.PollAsync()).Sessions);
        gateway.AnswerOverride = async (asked, connection) =>
        {
            if (asked == "sessions.list")
            {
                await connection.TextAsync(FakeGateway.Error(connection.Id, """{"code":"UNAVAILABLE","message":"busy"}"""));
            }

            return asked == "sessions.list";
        };

        clock.Advance(TimeSpan.FromSeconds(85));
        Assert.NotNull((await watched.PollAsync()).Sessions);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null((await watched.PollAsync()).Sessions);
    }

    [Fact]
    public async Task A_rejected_login_removes_all_values()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url);
        await watched.PollAsync();
        await gateway.DisposeAsync();

        Assert.Equal(TargetFailure.Refused, await Until());
        Assert.DoesNotContain("fleet_openclaw_sessions", watched.Page(), StringComparison.Ordinal);

        // The old connection may not have ended yet.
        async Task<TargetFailure?> Until()
        {
            TargetFailure? reason = null;
            for (var polls = 0; polls < 3 && reason != TargetFailure.Refused; polls++)
            {
                reason = await watched.ReasonAsync();
            }

            return reason;
        }
    }
}
