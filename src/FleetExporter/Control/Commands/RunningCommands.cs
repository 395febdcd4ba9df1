using System.Collections.Concurrent;
using FleetExporter.Remote;

namespace FleetExporter.Control.Commands;

/// <summary>A running or finished command, without its output.</summary>
/// <param name="Caller">Name of the caller's key.</param>
/// <param name="Request">The request, so that it can be repeated.</param>
/// <param name="Result">Null while it runs.</param>
internal sealed record CommandEntry(
    string Id, string Host, string Caller, CommandRequest Request, DateTimeOffset Started, CommandResult? Result = null);

/// <summary>Running commands and the latest finished ones. Limits concurrency and cancels commands.</summary>
internal sealed class RunningCommands(TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Concurrent commands per host: sshd allows ten sessions per connection; streams use two.</summary>
    public const int MaxPerHost = 4;

    private const int MaxRecent = 200;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly LinkedList<CommandEntry> _recent = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Running and recently finished, newest first.</summary>
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

    /// <summary>Runs a command and lists it meanwhile.</summary>
    /// <param name="id">Id chosen by the caller, or null to generate one.</param>
    /// <param name="run">Receives the id and cancellation token.</param>
    /// <returns>The finished command, or the refusal.</returns>
    public async Task<(CommandEntry? Entry, CommandRefusal? Refusal)> RunAsync(
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
            Remove(running, result ?? new CommandResult(CommandEnd.Lost, null, default, null, "the command could not be started"));
        }
    }

    /// <summary>Cancels a running command.</summary>
    /// <returns>False if not running.</returns>
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

    /// <summary>Cancels all current and later commands.</summary>
    public void StopAll() => _stopping.Cancel();

    /// <summary>Cancels all commands and waits until they end on the hosts.</summary>
    public async ValueTask DisposeAsync()
    {
        StopAll();
        var ended = Task.WhenAll(_running.Values.Select(r => r.Ended.Task));
        await ended.WaitAsync(StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private CommandRefusal? TryAdd(Running running)
    {
        lock (_lock)
        {
            var host = running.Entry.Host;
            return _running.Values.Count(r => r.Entry.Host == host) >= MaxPerHost
                ? new CommandRefusal(
                    RefusalReason.Busy, $"{host} already runs {MaxPerHost} commands, the maximum; wait for one to end, or cancel one")
                : _running.TryAdd(running.Entry.Id, running) ? null
                : new CommandRefusal(RefusalReason.IdTaken, "a command with this exec_id is already running; use another, or omit it");
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
