using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Tests.Control;

/// <summary>Which audit rows a call writes.</summary>
public sealed class AuditedCallTests
{
    private const string NoHosts = "hosts: []";

    private static readonly AuditDetails Details = new("a", "make");

    [Fact]
    public async Task A_call_has_one_row_at_its_end()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);
        var call = world.Call(ControlAction.Connect);

        Assert.False(call.IsRecorded);
        await call.RunAsync(Details, () => Task.FromResult(new Result(AuditOutcome.Ok)));

        Assert.True(call.IsRecorded);
        Assert.Equal(["connect ok a make -"], await world.RowsAsync());
        Assert.Equal("1", await world.CountAsync(ControlAction.Connect, AuditOutcome.Ok));
    }

    [Fact]
    public async Task A_call_that_acts_on_a_host_has_two_and_the_command_is_in_the_first()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);
        var call = world.Call(ControlAction.Exec);

        await call.RunAsync(Details, async () =>
        {
            await call.BeginAsync(Details);
            Assert.True(call.IsRecorded);
            return new Result(AuditOutcome.Ok, 7);
        });

        Assert.Equal(["exec begun a make -", "exec ok a - 7"], await world.RowsAsync());
    }

    [Fact]
    public async Task An_action_that_throws_has_failed()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);
        var call = world.Call(ControlAction.Exec);

        await Assert.ThrowsAsync<FormatException>(() => call.RunAsync<Result>(Details, () => throw new FormatException()));

        Assert.Equal(["exec failed a make -"], await world.RowsAsync());
    }

    [Fact]
    public async Task The_innermost_action_writes_the_only_row()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);
        var call = world.Call(ControlAction.Connect);

        await call.RunAsync(
            new AuditDetails("an id"), () => call.RunAsync(new AuditDetails("its name"), () => Task.FromResult(new Result(AuditOutcome.Failed))));
        await call.EndAsync(AuditOutcome.Ok, Details);
        call.EndWithoutRow(AuditOutcome.Ok);

        Assert.Equal(["connect failed its name - -"], await world.RowsAsync());
        Assert.Equal("0", await world.CountAsync(ControlAction.Connect, AuditOutcome.Ok));
    }

    [Fact]
    public async Task A_rate_limited_call_is_counted_and_has_no_row()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);

        await world.Call(ControlAction.Kill).RunAsync(Details, () => Task.FromResult(new RateLimited()));

        Assert.Empty(await world.RowsAsync());
        Assert.Equal("1", await world.CountAsync(ControlAction.Kill, AuditOutcome.Denied));
    }

    [Theory]
    [InlineData(AuditOutcome.Ok, "0")]
    [InlineData(AuditOutcome.Denied, "1")]
    public async Task A_call_of_nobody_known_counts_only_if_it_is_denied(AuditOutcome outcome, string count)
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);

        await world.Call(ControlAction.Login, caller: null).EndAsync(outcome, new AuditDetails());

        Assert.Equal(count, await world.CountAsync(ControlAction.Login, outcome));
    }

    [Fact]
    public async Task Without_its_first_row_an_action_does_not_begin_and_without_its_last_one_it_says_so()
    {
        await using var world = await ActionFixture.StartAsync(NoHosts);
        await world.BreakAuditAsync();
        var call = world.Call(ControlAction.Exec);

        await Assert.ThrowsAsync<NotAuditedException>(() => call.BeginAsync(Details));
        Assert.False(call.IsRecorded);
        await call.EndAsync(AuditOutcome.Failed, Details);

        Assert.NotNull(call.AuditError);
    }

    private sealed record Result(AuditOutcome Audit, int? Exit = null) : ActionOutcome(Audit)
    {
        public override int? ExitCode => Exit;
    }

    private sealed record RateLimited() : ActionOutcome(AuditOutcome.Denied)
    {
        public override bool IsRateLimited => true;
    }
}
