using System.Text;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Remote;
using FleetExporter.Store;

namespace FleetExporter.Tests.Control.Commands;

/// <summary>Running commands without HTTP: what is checked, what is audited, and how it ends.</summary>
public sealed class RunCommandTests
{
    private const string Any = "hosts: [{ name: a, address: a.lan, exec: { policy: any } }]";
    private const string Listed = "hosts: [{ name: a, address: a.lan, exec: { policy: allow_list }, commands: [uptime] }]";
    private const string Off = "hosts: [{ name: a, address: a.lan }]";
    private const string ThisMachine = "hosts: [{ name: a, exec: { policy: any } }]";

    [Fact]
    public async Task A_command_is_audited_before_it_runs_and_when_it_has_ended()
    {
        await using var fixture = await Fixture.StartAsync(Any, () => ReplayCommand.Printing("hello"));

        var (outcome, call) = await fixture.RunAsync(new RunCommandRequest("a", "echo hello"));

        var ended = Assert.IsType<RunCommandOutcome.Ended>(outcome);
        Assert.Equal((CommandEnd.Exited, 0, "hello"), (ended.Result.End, ended.Result.ExitCode, fixture.Output));
        Assert.Equal(("a", "ann", "echo hello"), (ended.Entry.Host, ended.Entry.Caller, ended.Entry.Request.Command));
        Assert.Equal(["exec begun a echo hello -", "exec ok a - 0"], await fixture.Actions.RowsAsync());
        Assert.Null(call.AuditError);
        Assert.Equal(ended.Entry.Id, Assert.Single(fixture.Commands.Recent).Id);
    }

    [Theory]
    [InlineData(Any, "nowhere", "id", null, null, "NoConnection", "exec failed nowhere id -")]
    [InlineData(Any, "a", "", null, null, "Invalid", "exec failed a  -")]
    [InlineData(Any, "a", "id", 999999.0, null, "Invalid", "exec failed a id -")]
    [InlineData(Any, "a", "id", null, "here", "Invalid", "exec failed a id -")]
    [InlineData(Off, "a", "id", null, null, "Forbidden", "exec denied a id -")]
    [InlineData(Listed, "a", "id", null, null, "Forbidden", "exec denied a id -")]
    [InlineData(Listed, "a", "uptime", null, "/srv", "Forbidden", "exec denied a uptime -")]
    [InlineData(ThisMachine, "a", "id", null, null, "Forbidden", "exec denied a id -")]
    public async Task What_is_refused_does_not_run_and_has_one_row(
        string yml, string connection, string command, double? seconds, string? folder, string expected, string row)
    {
        await using var fixture = await Fixture.StartAsync(yml, () => ReplayCommand.Printing(""));

        var (outcome, _) = await fixture.RunAsync(new RunCommandRequest(connection, command, seconds, folder));

        Assert.Equal(expected, outcome is RunCommandOutcome.Refused refused ? $"{refused.Refusal.Reason}" : outcome.GetType().Name);
        Assert.Equal([row], await fixture.Actions.RowsAsync());
        Assert.Equal(0, fixture.Started);
    }

    [Fact]
    public async Task On_the_exporters_own_machine_an_admin_may_run_commands()
    {
        await using var fixture = await Fixture.StartAsync(ThisMachine, () => ReplayCommand.Printing(""));

        var (outcome, _) = await fixture.RunAsync(new RunCommandRequest("a", "id"), isAdmin: true);

        Assert.IsType<RunCommandOutcome.Ended>(outcome);
    }

    [Fact]
    public async Task A_host_that_is_not_watched_runs_nothing()
    {
        await using var fixture = await Fixture.StartAsync(Any, () => ReplayCommand.Printing(""));
        await fixture.Actions.Watchlist.SwitchAsync("a", on: false);

        var (outcome, _) = await fixture.RunAsync(new RunCommandRequest("a", "id"));

        var refused = Assert.IsType<RunCommandOutcome.Refused>(outcome).Refusal;
        Assert.Equal((RefusalReason.NotWatched, "a is not watched: it is disconnected."), (refused.Reason, refused.Message));
        Assert.Equal(["exec failed a id -"], await fixture.Actions.RowsAsync());
    }

    [Fact]
    public async Task Without_its_first_audit_row_nothing_runs()
    {
        await using var fixture = await Fixture.StartAsync(Any, () => ReplayCommand.Printing(""));
        await fixture.Actions.BreakAuditAsync();

        await Assert.ThrowsAsync<NotAuditedException>(() => fixture.RunAsync(new RunCommandRequest("a", "id")));

        Assert.Equal((0, 0), (fixture.Started, fixture.Begun));
    }

    [Fact]
    public async Task A_command_that_its_host_loses_has_failed()
    {
        await using var fixture = await Fixture.StartAsync(Any, () =>
        {
            var command = new ReplayCommand();
            command.Break();
            return command;
        });

        var (outcome, _) = await fixture.RunAsync(new RunCommandRequest("a", "id"));

        Assert.Equal("the connection ended before the command did", Assert.IsType<RunCommandOutcome.Lost>(outcome).Reason);
        Assert.Equal(["exec begun a id -", "exec failed a - -"], await fixture.Actions.RowsAsync());
    }

    [Fact]
    public async Task A_command_that_cannot_be_started_has_failed()
    {
        await using var fixture = await Fixture.StartAsync(Any, null);

        var (outcome, _) = await fixture.RunAsync(new RunCommandRequest("a", "id"));

        Assert.Equal("a replayed host runs no commands", Assert.IsType<RunCommandOutcome.NotStarted>(outcome).Reason);
        Assert.Equal(["exec begun a id -", "exec failed a - -"], await fixture.Actions.RowsAsync());
    }

    [Fact]
    public async Task A_host_runs_so_many_commands_at_once_and_each_can_be_cancelled()
    {
        await using var fixture = await Fixture.StartAsync(Any, () => new ReplayCommand());
        var running = Enumerable.Range(0, RunningCommands.MaxPerHost)
            .Select(n => fixture.RunAsync(new RunCommandRequest("a", "sleep 40", ExecId: $"n{n}"))).ToList();
        while (fixture.Begun < running.Count)
        {
            await Task.Delay(1, ActionFixture.Stop);
        }

        var (busy, _) = await fixture.RunAsync(new RunCommandRequest("a", "id"));
        Assert.Equal(RefusalReason.Busy, Assert.IsType<RunCommandOutcome.Refused>(busy).Refusal.Reason);
        Assert.Equal("1", await fixture.Actions.CountAsync(ControlAction.Exec, AuditOutcome.Denied));

        Assert.True(await fixture.CancelAsync("n0"));
        Assert.Equal(CommandEnd.Cancelled, Assert.IsType<RunCommandOutcome.Ended>((await running[0]).Outcome).Result.End);
        Assert.False(await fixture.CancelAsync("n0"));
        var (taken, _) = await fixture.RunAsync(new RunCommandRequest("a", "id", ExecId: "n1"));
        Assert.Equal(RefusalReason.IdTaken, Assert.IsType<RunCommandOutcome.Refused>(taken).Refusal.Reason);
        fixture.Commands.StopAll();
        await Task.WhenAll(running);

        var rows = await fixture.Actions.RowsAsync();
        Assert.Equal(4, rows.Count(r => r == "exec begun a sleep 40 -"));
        Assert.Equal(4, rows.Count(r => r == "exec ok a - -"));
        Assert.Equal(
            ["cancel ok n0 - -", "cancel failed n0 - -", "exec failed a id -"],
            rows.Except(["exec begun a sleep 40 -", "exec ok a - -"]));
    }

    private sealed class Fixture(ActionFixture world) : IAsyncDisposable
    {
        private readonly StringBuilder _output = new();
        private int _started;
        private int _begun;

        public ActionFixture Actions => world;

        public RunningCommands Commands { get; } = new(world.Clock);

        public string Output => _output.ToString();

        /// <summary>Commands that the host was given.</summary>
        public int Started => _started;

        /// <summary>Commands whose caller was told that they start.</summary>
        public int Begun => Volatile.Read(ref _begun);

        public static async Task<Fixture> StartAsync(string yml, Func<ReplayCommand>? command)
        {
            Fixture? fixture = null;
            return fixture = new Fixture(await ActionFixture.StartAsync(yml, command is null ? null : () =>
            {
                Interlocked.Increment(ref fixture!._started);
                return command();
            }));
        }

        public async Task<(RunCommandOutcome Outcome, AuditedCall Call)> RunAsync(RunCommandRequest request, bool isAdmin = false)
        {
            var call = world.Call(ControlAction.Exec, isAdmin);
            var action = new RunCommand(world.Watchlist, Commands, world.Metrics, world.Clock);
            return (await action.RunAsync(call, request, Begin, Take, ActionFixture.Stop), call);

            ValueTask Begin(string id)
            {
                Interlocked.Increment(ref _begun);
                return ValueTask.CompletedTask;
            }

            ValueTask Take(CommandOutput from, ReadOnlyMemory<byte> piece)
            {
                _output.Append(Encoding.UTF8.GetString(piece.Span));
                return ValueTask.CompletedTask;
            }
        }

        public Task<bool> CancelAsync(string id) => new CancelCommand(Commands).CancelAsync(world.Call(ControlAction.Cancel), id);

        public async ValueTask DisposeAsync()
        {
            await Commands.DisposeAsync();
            await world.DisposeAsync();
        }
    }
}
