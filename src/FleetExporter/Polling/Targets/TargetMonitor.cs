using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling.Targets;

/// <summary>Watches one target: one poll per interval, none while another is under way, fewer after a refused key.</summary>
internal sealed partial class TargetMonitor(
    TargetConfig target, TargetCollector collector, PollTiming timing, TargetContext tools, FleetState state, ILogger logger)
    : IMonitor
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly PollNow _pollNow = new();
    private readonly Lock _publishing = new();
    private TargetSnapshot _current = new(target, collector, timing);
    private bool _closed;
    private TimeSpan _pause = timing.Interval;

    public TargetConfig Target => target;

    public string Name => target.Name;

    /// <summary>Polls at once and completes when the answer is in.</summary>
    public Task PollNowAsync() => _pollNow.Ask();

    public async Task RunAsync(CancellationToken stop)
    {
        var session = collector.Open(target, tools);
        Publish(_current);
        try
        {
            // Spread over the interval, so that a fleet is not asked in one moment.
            var first = TimeSpan.FromMilliseconds((uint)StableHash.Of(target.Name) % (uint)Math.Min(timing.Interval.TotalMilliseconds, 1000));
            await _pollNow.WaitAsync(first, tools.Clock, stop).ConfigureAwait(false);
            while (true)
            {
                var wish = _pollNow.Take();
                var started = tools.Clock.GetTimestamp();
                try
                {
                    await PollAsync(session, stop).ConfigureAwait(false);
                }
                finally
                {
                    wish?.TrySetResult();
                }

                var wait = _pause - tools.Clock.GetElapsedTime(started);
                await _pollNow.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, tools.Clock, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // No longer watched.
        }
        finally
        {
            Close();
            _pollNow.Take()?.TrySetResult();
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Close()
    {
        lock (_publishing)
        {
            if (!_closed)
            {
                _closed = true;
                state.RemoveTarget(target.Name);
            }
        }
    }

    private void Publish(TargetSnapshot snapshot)
    {
        _current = snapshot;
        lock (_publishing)
        {
            if (!_closed)
            {
                state.Set(snapshot);
            }
        }
    }

    private async Task PollAsync(ITargetPoller session, CancellationToken stop)
    {
        var before = _current;
        var started = tools.Clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(target.Timeout, tools.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        TargetSnapshot after;
        try
        {
            var reading = await session.AskAsync(either.Token).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            after = reading.Failure is { } failure
                ? Failed(failure.Reason, Printable.Line(failure.Message, 300), reading)
                : before.Answered(reading, tools.Clock.Now(), tools.Clock.GetElapsedTime(started));
        }
        catch (TargetFailureException e)
        {
            after = Failed(e.Reason, Printable.Line(e.Message, 300));
        }
        catch (FormatException e)
        {
            after = Failed(TargetFailure.Body, Printable.Line(e.Message, 300));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            after = Failed(TargetFailure.Timeout, $"no whole answer within {Duration.Format(target.Timeout)}");
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogBug(e, target.Name);
            after = Failed(TargetFailure.Bug, Printable.Line(e.Message, 300));
        }

        // A refused key is asked again less and less often: whoever is there may count attempts.
        _pause = after.Failure != TargetFailure.Auth ? timing.Interval
            : before.Failure != TargetFailure.Auth ? 2 * timing.Interval
            : _pause * 2 < LongestPause ? _pause * 2 : Duration.Max(LongestPause, timing.Interval);
        Tell(before, after);
        Publish(after);

        TargetSnapshot Failed(TargetFailure reason, string message, TargetReading? known = null) =>
            before.Failed(reason, message, tools.Clock.Now(), tools.Clock.GetElapsedTime(started), known);
    }

    private void Tell(TargetSnapshot before, TargetSnapshot after)
    {
        if (after.Failure is { } failure && before.Failure != failure)
        {
            LogDown(collector.Name, target.Name, Words.Of(failure), after.Message!);
        }
        else if (after.Failure is null && (before.Failure is not null || before.At is null))
        {
            LogUp(collector.Name, target.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Watching {Target} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string target);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Kind} {Target} answers")]
    private partial void LogUp(string kind, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Target} fails ({Reason}): {Detail}")]
    private partial void LogDown(string kind, string target, string reason, string detail);
}
