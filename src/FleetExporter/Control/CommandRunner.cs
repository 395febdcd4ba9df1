using System.Collections.Concurrent;
using FleetExporter.Polling;
using FleetExporter.Remote;

namespace FleetExporter.Control;

/// <summary>Why a command was not run.</summary>
internal enum CommandRefusal
{
    /// <summary>The connection is not watched.</summary>
    NotWatched,

    /// <summary>The host is not connected.</summary>
    NotConnected,

    /// <summary>The host's policy forbids it.</summary>
    Forbidden,

    /// <summary>A limit is over what the host allows.</summary>
    TooLong,

    /// <summary>As many run there as may.</summary>
    Busy,

    /// <summary>A command with this id runs already.</summary>
    IdTaken,
}

/// <param name="Message">One line for a person: what is wrong, then what to do.</param>
internal sealed class CommandRefusedException(CommandRefusal reason, string message) : Exception(message)
{
    public CommandRefusal Reason { get; } = reason;
}

/// <summary>A command that runs or has run. What it printed is not kept.</summary>
/// <param name="Caller">Name of the key that asked for it.</param>
/// <param name="Request">What was asked for, so that it can be repeated exactly.</param>
/// <param name="Result">Null while it runs.</param>
internal sealed record CommandEntry(
    string Id, string Host, string Caller, CommandRequest Request, DateTimeOffset Started, CommandResult? Result = null);

/// <summary>
/// Runs commands on hosts: as each host's policy says, only so many at once, each to be cancelled, and none beyond the service's end.
/// </summary>
internal sealed class CommandRunner(ControlMetrics metrics, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Commands at once on one host: sshd lets ten sessions share a connection, and two are the streams.</summary>
    public const int MostPerHost = 4;

    private const int MostRecent = 200;

    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly LinkedList<CommandEntry> _recent = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Those that run, and the last that ended, newest first.</summary>
    public IReadOnlyList<CommandEntry> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _running.Values.Select(r => r.Entry).OrderByDescending(e => e.Started), .. _recent];
            }
        }
    }

    /// <param name="access">Of the connection it is for.</param>
    /// <param name="isAdmin">Whether the caller has the scope admin.</param>
    /// <param name="id">The caller's own name for it, or null for a new one.</param>
    /// <param name="started">Awaited with the id before anything runs; what it throws keeps the command from running.</param>
    /// <param name="output">Takes the output; see <see cref="RemoteCommand.RunAsync"/>.</param>
    /// <exception cref="CommandRefusedException">It was not run.</exception>
    /// <exception cref="StreamException">It could not be started on the host.</exception>
    public async Task<CommandEntry> RunAsync(
        HostAccess access, string caller, bool isAdmin, string? id, CommandRequest request, Func<string, ValueTask> started,
        Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        Check(access, request, isAdmin);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        var entry = new CommandEntry(id ?? Guid.NewGuid().ToString("N"), access.Host.Name, caller, request, clock.GetUtcNow());
        var running = new Running(entry, stop);
        Enter(running);
        CommandResult? result = null;
        try
        {
            await started(running.Entry.Id).ConfigureAwait(false);
            result = await RemoteCommand.RunAsync(access.Shell, request, output, clock, stop.Token).ConfigureAwait(false);
            metrics.ObserveExec(result.Duration);
            return running.Entry with { Result = result };
        }
        finally
        {
            Leave(running, result ?? new CommandResult(CommandEnd.Lost, null, default, null, "it could not be started"));
        }
    }

    /// <summary>Ends a command that runs.</summary>
    /// <returns>False when no such command runs.</returns>
    public bool Cancel(string id)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(id, out var running))
            {
                return false;
            }

            running.Stop.Cancel();
            return true;
        }
    }

    /// <summary>Ends all commands, and takes none any more.</summary>
    public void StopAll() => _stopping.Cancel();

    /// <summary>Ends all commands and waits until they are gone from the hosts.</summary>
    public async ValueTask DisposeAsync()
    {
        StopAll();
        await Task.WhenAll(_running.Values.Select(r => r.Ended.Task))
            .WaitAsync(TimeSpan.FromSeconds(15)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <param name="isAdmin">Whether the caller has the scope admin.</param>
    /// <param name="folder">Where the caller wants it to run; null for the home of the login user.</param>
    /// <exception cref="CommandRefusedException">
    /// The host's policy forbids the command or the folder, or the caller may not run any there.
    /// </exception>
    public static void CheckAllowed(HostAccess access, string command, string? folder, bool isAdmin)
    {
        if (access.Host.Address is null && !isAdmin)
        {
            throw new CommandRefusedException(
                CommandRefusal.Forbidden,
                $"{access.Host.Name} is the exporter's own machine, where commands run as the exporter's user and can read its keys; "
                + "give a key with the scope admin");
        }

        if (!access.Host.Exec.Allows(command, access.Host.Commands))
        {
            throw new CommandRefusedException(CommandRefusal.Forbidden, access.Host.Exec.Policy == Config.ExecPolicy.Off
                ? $"commands are off for {access.Host.Name}; allow them with exec.policy of the host in fleet.yml, "
                    + "or exec_policy of a connection made by the API"
                : $"the command is not one of those that fleet.yml allows on {access.Host.Name}");
        }

        // A relative path in an allowed command means another file in each folder.
        if (folder is not null && access.Host.Exec.Policy == Config.ExecPolicy.AllowList)
        {
            throw new CommandRefusedException(
                CommandRefusal.Forbidden,
                $"under allow_list the commands of {access.Host.Name} run in the login user's home only; leave the folder out, "
                + "or have one allowed with it in fleet.yml: cd /folder && ...");
        }
    }

    /// <exception cref="CommandRefusedException">The host is not connected.</exception>
    public void CheckConnected(HostAccess access)
    {
        if (!access.Snapshot.Connection.Up)
        {
            throw new CommandRefusedException(
                CommandRefusal.NotConnected, $"{access.Host.Name} is not connected: {access.Snapshot.Problem(clock.Now())}");
        }
    }

    private void Check(HostAccess access, CommandRequest request, bool isAdmin)
    {
        CheckAllowed(access, request.Command, request.WorkingDirectory, isAdmin);
        if (request.Limit > access.Host.Exec.MaxTimeout)
        {
            throw new CommandRefusedException(
                CommandRefusal.TooLong, $"the time limit is over the host's max_timeout of {Config.Duration.Format(access.Host.Exec.MaxTimeout)}");
        }

        CheckConnected(access);
    }

    private void Enter(Running running)
    {
        lock (_lock)
        {
            if (_running.Values.Count(r => r.Entry.Host == running.Entry.Host) >= MostPerHost)
            {
                throw new CommandRefusedException(
                    CommandRefusal.Busy, $"{MostPerHost} commands run on {running.Entry.Host} already; wait for one to end, or cancel one");
            }

            if (!_running.TryAdd(running.Entry.Id, running))
            {
                throw new CommandRefusedException(CommandRefusal.IdTaken, "a command with this exec_id runs already; give another, or none");
            }
        }
    }

    private void Leave(Running running, CommandResult result)
    {
        lock (_lock)
        {
            _running.TryRemove(running.Entry.Id, out _);
            _recent.AddFirst(running.Entry with { Result = result });
            if (_recent.Count > MostRecent)
            {
                _recent.RemoveLast();
            }
        }

        running.Ended.TrySetResult();
    }

    private sealed record Running(CommandEntry Entry, CancellationTokenSource Stop)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
