using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

[CollectionDefinition(nameof(GatewayReconnectTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Repeated reconnects. Runs alone, because it counts resources of the whole process.</summary>
[Collection(nameof(GatewayReconnectTests))]
public sealed class GatewayReconnectTests
{
    private const int Warm = 200;
    private static readonly int Times = LongForm.Count(2_000, 10_000);

    [Fact]
    public async Task Thousands_of_reconnects_leak_nothing()
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.AnswerOverride = (_, connection) =>
        {
            connection.Abort();
            return Task.FromResult(true);
        };

        await ReconnectAsync(gateway, Warm);
        var before = Holdings();
        await ReconnectAsync(gateway, Times);
        var after = Holdings();

        await UntilAsync(() => gateway.Open == 0);
        Assert.Equal(Warm + Times, gateway.Connections);
        Assert.InRange(after.Files - before.Files, -100, 20);
        Assert.InRange(after.Timers - before.Timers, -100, 20);
        Assert.InRange(after.Memory - before.Memory, long.MinValue, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task Disposal_sends_a_close_frame()
    {
        await using var gateway = await FakeGateway.StartAsync();
        for (var times = 0; times < 20; times++)
        {
            await using var connection = await GatewayConnection.OpenAsync(
                gateway.Url, new GatewayLogin(FakeGateway.Token, null), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Null(connection.Failure);
            await connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, TestContext.Current.CancellationToken);
        }

        await UntilAsync(() => gateway.Open == 0);
    }

    [Fact]
    public async Task Silence_for_two_ticks_ends_the_connection()
    {
        var clock = new FakeClock();
        await using var gateway = await FakeGateway.StartAsync();
        await using var connection = await GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, null), clock, TestContext.Current.CancellationToken);
        await connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, TestContext.Current.CancellationToken);
        gateway.AnswerOverride = (_, _) => Task.FromResult(true);
        var unanswered = connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(connection.Failure);
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(TargetFailure.Timeout, connection.Failure?.Reason);
        Assert.Equal(TargetFailure.Timeout, (await Assert.ThrowsAsync<TargetFailureException>(() => unanswered)).Reason);
        Assert.Equal(TargetFailure.Timeout, (await Assert.ThrowsAsync<TargetFailureException>(() =>
            connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, TestContext.Current.CancellationToken))).Reason);
    }

    [Fact]
    public async Task Ticks_keep_the_connection_open()
    {
        var clock = new FakeClock();
        await using var gateway = await FakeGateway.StartAsync();
        await using var connection = await GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, null), clock, TestContext.Current.CancellationToken);
        gateway.AnswerOverride = async (_, connection) =>
        {
            await connection.TextAsync("""{"type":"event","event":"tick","payload":{"ts":1795231908479},"seq":1}""");
            return true;
        };
        for (var ticks = 0; ticks < 6; ticks++)
        {
            clock.Advance(TimeSpan.FromSeconds(45));
            using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, given.Token));
            await UntilAsync(() => connection.Silence == TimeSpan.Zero);
        }

        Assert.Null(connection.Failure);
    }

    private static async Task ReconnectAsync(FakeGateway gateway, int times)
    {
        for (var n = 0; n < times; n++)
        {
            await using var connection = await GatewayConnection.OpenAsync(
                gateway.Url, new GatewayLogin(FakeGateway.Token, null), TimeProvider.System, TestContext.Current.CancellationToken);
            var failure = await Assert.ThrowsAsync<TargetFailureException>(() =>
                connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, TestContext.Current.CancellationToken));
            Assert.Equal(TargetFailure.Protocol, failure.Reason);
            gateway.Requests.Clear();
        }
    }

    private static (int Files, long Timers, long Memory) Holdings()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (Directory.GetFiles("/proc/self/fd").Length, Timer.ActiveCount, GC.GetTotalMemory(forceFullCollection: true));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var looks = 0; !holds(); looks++)
        {
            Assert.True(looks < 500, "not within 5 s");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
