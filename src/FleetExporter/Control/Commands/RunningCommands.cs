using System.Collections.Concurrent;
using FleetExporter.Remote;

namespace FleetExporter.Control.Commands;

/// <summary>A command that runs or has run. What it printed is not kept.</summary>
/// <param name="Caller">Name of the key that asked for it.</param>
/// <param name="Request">What was asked for, so that it can be repeated exactly.</param>
/// <param name="Result">Null while it runs.</param>
internal sealed record CommandEntry(
    string Id, string Host, string Caller, CommandRequest Request, DateTimeOffset Started, CommandResult? Result = null);

/// <summary>The commands that run on hosts, and the last that ended. Limits how many run at once, and cancels them.</summary>
internal sealed class RunningCommands(TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Commands at once on one host: sshd lets ten sessions share a connection, and two are the streams.</summary>
    public const int MaxPerHost = 4;

    private const int MaxRecent = 200;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

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

    /// <summary>Runs a command, which is in the list meanwhile.</summary>
    /// <param name="id">The caller's own name for it, or null for a new one.</param>
    /// <param name="run">Given its id and the token that cancels it.</param>
    /// <returns>The command as it ended, or why it was not run.</returns>
    public async Task<(CommandEntry? Entry, CommandRefused? Refusal)> RunAsync(
        string? id, string host, string caller, CommandRequest request, Func<string, CancellationToken, Task<CommandResult>> run,
        CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        var entry = new CommandEntry(id ?? Guid.NewGuid().ToString("N"), host, caller, request, clock.GetUtcNow());
        var running = new Running(entry, stop);
        if (TryAdd(running) is { } refusal)
        {
            return (null, refusal);
        }

        CommandResult? result = null;
        try
        {
            result = await run(entry.Id, stop.Token).ConfigureAwait(false);
            return (entry with { Result = result }, null);
        }
        finally
        {
            Remove(running, result ?? new CommandResult(CommandEnd.Lost, null, default, null, "it could not be started"));
        }
    }

    /// <summary>Cancels a command that runs.</summary>
    /// <returns>False if no such command runs.</returns>
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

    /// <summary>Cancels all commands, and every later one at once.</summary>
    public void StopAll() => _stopping.Cancel();

    /// <summary>Cancels all commands and waits until they are gone from the hosts.</summary>
    public async ValueTask DisposeAsync()
    {
        StopAll();
        var ended = Task.WhenAll(_running.Values.Select(r => r.Ended.Task));
        await ended.WaitAsync(StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private CommandRefused? TryAdd(Running running)
    {
        lock (_lock)
        {
            var host = running.Entry.Host;
            return _running.Values.Count(r => r.Entry.Host == host) >= MaxPerHost
                ? new CommandRefused(
                    CommandRefusal.Busy, $"{MaxPerHost} commands run on {host} already; wait for one to end, or cancel one")
                : _running.TryAdd(running.Entry.Id, running) ? null
                : new CommandRefused(CommandRefusal.IdTaken, "a command with this exec_id runs already; give another, or none");
        }
    }

    private void Remove(Running running, CommandResult result)
    {
        lock (_lock)
        {
            _running.TryRemove(running.Entry.Id, out _);
            _recent.AddFirst(running.Entry with { Result = result });
            if (_recent.Count > MaxRecent)
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
