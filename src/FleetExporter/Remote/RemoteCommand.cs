using System.Text;

namespace FleetExporter.Remote;

/// <summary>Runs one command on a host over its connection, passes its output on, and kills all its processes when it is cancelled.</summary>
internal static class RemoteCommand
{
    /// <summary>Longest time to end a command on the host: two seconds after SIGTERM, then repeated SIGKILL.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(12);

    /// <param name="shell">The host.</param>
    /// <param name="output">
    /// Receives the output. Reading pauses, and the command with it, until the call completes. The bytes are valid only during the call.
    /// </param>
    /// <param name="cancel">Ends the command.</param>
    /// <exception cref="StreamException">The command could not be started.</exception>
    public static async Task<CommandResult> RunAsync(
        IShell shell, CommandRequest request, Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output,
        TimeProvider clock, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(request.Limit + EndTimeout, clock);
        IShellProcess process;
        try
        {
            using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            process = await shell.StartCommandAsync(starting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return cancel.IsCancellationRequested
                ? new CommandResult(CommandEnd.Cancelled, null, clock.GetElapsedTime(started), 0)
                : new CommandResult(CommandEnd.Lost, null, clock.GetElapsedTime(started), 0, "the host did not start the command within its limit");
        }

        await using (process.ConfigureAwait(false))
        {
            return await RunAsync(process, request, output, started, clock, limit.Token, cancel).ConfigureAwait(false);
        }
    }

    private static async Task<CommandResult> RunAsync(
        IShellProcess process, CommandRequest request, Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, long started, TimeProvider clock,
        CancellationToken limit, CancellationToken cancel)
    {
        var id = SamplerScript.NewNonce();
        var marker = new CommandMarker(id);
        using var ending = new CancellationTokenSource();
        await using var end = cancel.Register(() =>
        {
            // End of input makes command.sh kill the command, within this time.
            ending.CancelAfter(EndTimeout);
            CloseInput(process);
        });
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(limit, ending.Token);
        try
        {
            await process.Input.WriteAsync(
                Encoding.UTF8.GetBytes(CommandScript.Build(id, SamplerScript.NewNonce(), request)), giveUp.Token).ConfigureAwait(false);
            await process.Input.FlushAsync(giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            if (cancel.IsCancellationRequested)
            {
                // An incomplete script does nothing: it is one function, called on the last line.
                return new CommandResult(CommandEnd.Cancelled, null, clock.GetElapsedTime(started), 0);
            }

            // Reading the output reports the reason.
        }

        var errors = PumpErrorsAsync(process, output, giveUp.Token);
        try
        {
            await PumpAsync(process, marker, output, giveUp.Token).ConfigureAwait(false);
            // Standard error may stay open as long as a process on the host holds it.
            await errors.WaitAsync(TimeSpan.FromSeconds(1), clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return new CommandResult(
                CommandEnd.Lost, null, clock.GetElapsedTime(started), null, "no answer from the host; the host kills the command once it notices");
        }

        var duration = clock.GetElapsedTime(started);
        return marker.End switch
        {
            ("exit", var status, _) => new(CommandEnd.Exited, status, duration, 0),
            ("timeout", _, var remaining) => new(CommandEnd.TimedOut, null, duration, remaining),
            ("cancel", _, var remaining) => new(CommandEnd.Cancelled, null, duration, remaining),
            ("nogroup", _, _) => new(
                CommandEnd.Refused, null, duration, 0,
                "a wrapper on the host runs between sshd and sh, so the command could not be killed safely; it was not started"),
            _ => new(CommandEnd.Lost, null, duration, null, "the connection ended before the command did"),
        };
    }

    private static async Task PumpAsync(
        IShellProcess process, CommandMarker marker, Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, CancellationToken stop)
    {
        var chunk = new byte[32 * 1024];
        int read;
        while (marker.End is null && (read = await process.Output.ReadAsync(chunk, stop).ConfigureAwait(false)) > 0)
        {
            await EmitAsync(marker.Push(chunk.AsSpan(0, read))).ConfigureAwait(false);
        }

        await EmitAsync(marker.Remainder()).ConfigureAwait(false);

        ValueTask EmitAsync(ReadOnlyMemory<byte> bytes) => bytes.Length > 0 ? output(CommandOutput.Stdout, bytes) : ValueTask.CompletedTask;
    }

    private static async Task PumpErrorsAsync(
        IShellProcess process, Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, CancellationToken stop)
    {
        var chunk = new byte[32 * 1024];
        int read;
        while ((read = await process.ErrorOutput.ReadAsync(chunk, stop).ConfigureAwait(false)) > 0)
        {
            await output(CommandOutput.Stderr, chunk.AsMemory(0, read)).ConfigureAwait(false);
        }
    }

    private static void CloseInput(IShellProcess process)
    {
        try
        {
            process.Input.Close();
        }
        catch (IOException)
        {
            // Already closed by the other end.
        }
    }
}
