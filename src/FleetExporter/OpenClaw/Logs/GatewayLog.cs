using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Logs;

/// <param name="Number">Grows by one with each line of this gateway.</param>
/// <param name="Time">When the line was written, or read where it does not say.</param>
internal sealed record NumberedLine(long Number, DateTimeOffset Time, GatewayLogLine Line);

/// <summary>The last lines of one gateway's log and its errors, read piece by piece from where the last piece ended.</summary>
internal sealed class GatewayLog(TimeProvider clock)
{
    /// <summary>Lines that are kept: about 1 MiB.</summary>
    public const int Kept = 2000;

    private readonly Lock _lock = new();
    private readonly Queue<NumberedLine> _lines = new();
    private readonly GatewayErrors _errors = new();
    private Task<GatewayLogAnswer>? _pending;
    private long? _cursor;
    private long _last;
    private TimeSpan? _readAt;

    /// <summary>Reads what is new; joins a read that is under way.</summary>
    /// <returns>What arrived.</returns>
    /// <inheritdoc cref="GatewayConnection.AskAsync" path="/exception"/>
    public Task<GatewayLogAnswer> ReadAsync(GatewayConnection connection, CancellationToken stop)
    {
        lock (_lock)
        {
            return _pending is { IsCompleted: false } pending ? pending : _pending = ReadNextAsync(connection, stop);
        }
    }

    /// <summary>The kept lines with a higher number, oldest first.</summary>
    public IReadOnlyList<NumberedLine> Since(long number)
    {
        lock (_lock)
        {
            return number >= _last ? [] : [.. _lines.Where(l => l.Number > number)];
        }
    }

    /// <summary>Number of the last line; 0 before the first.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Time since the last read; null before the first.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_lock)
            {
                return clock.Elapsed() - _readAt;
            }
        }
    }

    public IReadOnlyList<GatewayErrorGroup> Errors()
    {
        lock (_lock)
        {
            return _errors.Groups;
        }
    }

    private async Task<GatewayLogAnswer> ReadNextAsync(GatewayConnection connection, CancellationToken stop)
    {
        await Task.Yield();
        var answer = await connection.AskAsync(GatewayCall.LogsTail(_cursor), GatewayLogAnswer.Parse, stop).ConfigureAwait(false);
        Take(answer);
        return answer;
    }

    private void Take(GatewayLogAnswer answer)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            _readAt = clock.Elapsed();
            _cursor = answer.Cursor;
            foreach (var line in answer.Lines)
            {
                var time = line.Time ?? now;
                _lines.Enqueue(new NumberedLine(++_last, time, line));
                _errors.Take(line, time);
                if (_lines.Count > Kept)
                {
                    _lines.Dequeue();
                }
            }
        }
    }
}
