using FleetExporter.Control;
using FleetExporter.Store;
using FleetExporter.Views;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Control;

/// <summary>Killing tmux sessions without HTTP: the confirmation, the audit rows, and how it ends.</summary>
public sealed class KillSessionTests
{
    private const string Yml = "hosts: [{ name: a, address: a.lan }]";
    private const string Gone = "before $1:1767222000:0\nkill \nafter can't find session: $1\n";
    private const string Stays = "before $1:1767222000:0\nkill \nafter $1:1767222000:0\npanes same\n";

    [Theory]
    [InlineData(Gone, KillOutcome.Killed, "ok")]
    [InlineData(Stays, KillOutcome.Survived, "failed")]
    [InlineData("sh: tmux: not found\n", KillOutcome.Failed, "failed")]
    public async Task A_confirmed_kill_is_audited_before_and_after(string said, KillOutcome expected, string outcome)
    {
        await using var world = await ActionFixture.StartAsync(Yml, () => ReplayCommand.Printing(said));
        var kill = Action(world);

        var asked = await kill.KillAsync(world.Call(ControlAction.Kill), "a:train", null, force: true);
        var token = Assert.IsType<KillSessionOutcome.ConfirmationRequired>(asked).Token;
        var done = await kill.KillAsync(world.Call(ControlAction.Kill), "a:train", token, force: true);

        Assert.Equal(expected, Assert.IsType<KillSessionOutcome.Done>(done).Result.Outcome);
        Assert.Equal(["kill asked a:train - -", "kill begun a:train - -", $"kill {outcome} a:train - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task A_session_that_is_unknown_or_in_use_is_left_alone()
    {
        await using var world = await ActionFixture.StartAsync(Yml, () => throw new InvalidOperationException("no command may run"));

        Assert.IsType<KillSessionOutcome.UnknownSession>(await Action(world).KillAsync(world.Call(ControlAction.Kill), "a:other", null, force: true));
        var used = await Action(world).KillAsync(world.Call(ControlAction.Kill), "a:train", null, force: false);

        Assert.Contains("possibly busy", Assert.IsType<KillSessionOutcome.InUse>(used).State, StringComparison.Ordinal);
        Assert.Equal(["kill failed a:other - -", "kill failed a:train - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task Wrong_tokens_are_denied_and_after_ten_of_them_none_is_checked()
    {
        await using var world = await ActionFixture.StartAsync(Yml, () => throw new InvalidOperationException("no command may run"));
        var kill = Action(world);
        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<KillSessionOutcome.WrongToken>(await kill.KillAsync(world.Call(ControlAction.Kill), "a:train", "wrong", force: true));
        }

        var limited = await kill.KillAsync(world.Call(ControlAction.Kill), "a:train", "wrong", force: true);

        Assert.InRange(Assert.IsType<KillSessionOutcome.TooManyWrongTokens>(limited).RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        Assert.Equal(Enumerable.Repeat("kill denied a:train - -", 10), await world.RowsAsync());
        Assert.Equal("11", await world.CountAsync(ControlAction.Kill, AuditOutcome.Denied));
    }

    [Fact]
    public async Task Without_its_first_audit_row_nothing_is_killed()
    {
        await using var world = await ActionFixture.StartAsync(Yml, () => throw new InvalidOperationException("no command may run"));
        var kill = Action(world);
        var asked = await kill.KillAsync(world.Call(ControlAction.Kill), "a:train", null, force: true);
        await world.BreakAuditAsync();

        var token = Assert.IsType<KillSessionOutcome.ConfirmationRequired>(asked).Token;
        await Assert.ThrowsAsync<NotAuditedException>(() => kill.KillAsync(world.Call(ControlAction.Kill), "a:train", token, force: true));
    }

    private static KillSession Action(ActionFixture world) => new(
        new HostViews(world.State, world.Clock, NullLogger<HostViews>.Instance), world.Fleet, new ConfirmationTokens(world.Clock),
        new WrongTokens(world.Clock), world.Clock);
}
