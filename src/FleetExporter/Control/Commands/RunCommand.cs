using FleetExporter.Remote;

namespace FleetExporter.Control.Commands;

/// <summary>Runs a command on the host of a connection, as the host's policy allows.</summary>
internal sealed class RunCommand(Watchlist watchlist, RunningCommands commands, ControlMetrics metrics, TimeProvider clock)
{
    /// <param name="started">Awaited with the command's id, after the first audit row and before anything runs.</param>
    /// <param name="output">Receives output, as from <see cref="RemoteCommand"/>.</param>
    /// <exception cref="NotAuditedException">The first audit row was not stored; nothing ran.</exception>
    public Task<RunCommandOutcome> RunAsync(
        AuditedCall call, RunCommandRequest request, Func<string, ValueTask> started,
        Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        var details = new AuditDetails(Printable.Line(request.Connection, 80), request.Command);
        return call.RunAsync(details, async () =>
        {
            var found = await watchlist.ResolveAsync(request.Connection, cancel).ConfigureAwait(false);
            if (!found.Success)
            {
                return new RunCommandOutcome.NoConnection(found.Error);
            }

            var named = details with { Target = found.Value.Connection.Name };
            return await call.RunAsync(named, () => RunOnAsync(call, found.Value, request, named, started, output, cancel)).ConfigureAwait(false);
        });
    }

    private async Task<RunCommandOutcome> RunOnAsync(
        AuditedCall call, WatchedConnection watched, RunCommandRequest request, AuditDetails details, Func<string, ValueTask> started,
        Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        // By id: another host may have taken its name.
        if (watchlist.AccessTo(watched.Connection.Id) is not { } access)
        {
            return new RunCommandOutcome.Refused(new CommandRefusal(
                RefusalReason.NotWatched, $"{watched.Connection.Name} is not watched: {watched.Idle ?? "its monitor is starting"}."));
        }

        var (command, errors) = request.Check(access.Host.Exec.MaxTimeout);
        if (command is null)
        {
            return new RunCommandOutcome.Invalid(errors);
        }

        if ((CommandRules.CheckAllowed(access, command.Command, command.WorkingDirectory, call.Origin.IsAdmin)
            ?? CommandRules.CheckConnected(access, clock)) is { } refused)
        {
            return new RunCommandOutcome.Refused(refused);
        }

        try
        {
            var (entry, busy) = await commands.RunAsync(
                request.ExecId, access.Host.Name, call.Origin.Caller ?? "", command,
                async (id, stop) =>
                {
                    await call.BeginAsync(details).ConfigureAwait(false);
                    await started(id).ConfigureAwait(false);
                    var result = await RemoteCommand.RunAsync(access.Shell, command, output, clock, stop).ConfigureAwait(false);
                    metrics.ObserveExec(result.Duration);
                    return result;
                },
                cancel).ConfigureAwait(false);
            return entry is not { Result: { } result } ? new RunCommandOutcome.Refused(busy!)
                : result.End is CommandEnd.Lost or CommandEnd.Refused ? new RunCommandOutcome.Lost(result.Detail!)
                : new RunCommandOutcome.Ended(entry, result);
        }
        catch (StreamException e)
        {
            return new RunCommandOutcome.NotStarted(e.Message);
        }
    }
}
