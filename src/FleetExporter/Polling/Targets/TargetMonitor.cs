using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;

namespace FleetExporter.Polling.Targets;

/// <summary>Watches one target: one poll per interval, never two at once, less often while its key is rejected.</summary>
internal sealed partial class TargetMonitor(
    TargetConfig target, TargetCollector collector, PollTiming timing, TargetContext tools, FleetState state, ILogger logger)
    : IMonitor
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(5);

    private readonly PollTrigger _pollTrigger = new();
    private readonly Lock _publishing = new();
    private TargetSnapshot _current = new(target, collector, timing);
    private bool _closed;
    private TimeSpan _interval = timing.Interval;

    public TargetConfig Target => target;

    public string Name => target.Name;

    /// <summary>Polls immediately and completes when the answer has arrived.</summary>
    public Task PollNowAsync() => _pollTrigger.RequestAsync();

    public async Task RunAsync(CancellationToken stop)
    {
        var poller = collector.Open(target, tools);
        Publish(_current);
        try
        {
            // Spread over the interval, so that targets are not all polled at once.
            var first = TimeSpan.FromMilliseconds((uint)StableHash.Of(target.Name) % (uint)Math.Min(timing.Interval.TotalMilliseconds, 1000));
            await _pollTrigger.WaitAsync(first, tools.Clock, stop).ConfigureAwait(false);
            while (true)
            {
                var request = _pollTrigger.TakeRequest();
                var started = tools.Clock.GetTimestamp();
                try
                {
                    await PollAsync(poller, stop).ConfigureAwait(false);
                }
                finally
                {
                    request?.TrySetResult();
                }

                var wait = _interval - tools.Clock.GetElapsedTime(started);
                await _pollTrigger.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, tools.Clock, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The target is no longer watched.
        }
        finally
        {
            Close();
            _pollTrigger.TakeRequest()?.TrySetResult();
            await poller.DisposeAsync().ConfigureAwait(false);
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

    private async Task PollAsync(ITargetPoller poller, CancellationToken stop)
    {
        var previous = _current;
        var started = tools.Clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(target.Timeout, tools.Clock);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        TargetSnapshot next;
        try
        {
            var reading = await poller.AskAsync(timeout.Token).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            next = reading.Failure is { } failure
                ? Failed(failure.Reason, Printable.Line(failure.Message, 300), reading)
                : previous.Answered(reading, tools.Clock.Now(), tools.Clock.GetElapsedTime(started));
        }
        catch (TargetFailureException e)
        {
            next = Failed(e.Reason, Printable.Line(e.Message, 300));
        }
        catch (FormatException e)
        {
            next = Failed(TargetFailure.Body, Printable.Line(e.Message, 300));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            next = Failed(TargetFailure.Timeout, $"no complete answer within {Duration.Format(target.Timeout)}");
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogBug(e, target.Name);
            next = Failed(TargetFailure.Bug, Printable.Line(e.Message, 300));
        }

        // A rejected key is retried less and less often: the server may count failed attempts.
        _interval = next.Failure != TargetFailure.Auth ? timing.Interval
            : previous.Failure != TargetFailure.Auth ? 2 * timing.Interval
            : _interval * 2 < MaxInterval ? _interval * 2 : Duration.Max(MaxInterval, timing.Interval);
        LogChange(previous, next);
        Publish(next);

        TargetSnapshot Failed(TargetFailure reason, string message, TargetReading? known = null) =>
            previous.Failed(reason, message, tools.Clock.Now(), tools.Clock.GetElapsedTime(started), known);
    }

    private void LogChange(TargetSnapshot previous, TargetSnapshot next)
    {
        if (next.Failure is { } failure && previous.Failure != failure)
        {
            LogDown(collector.Name, target.Name, Words.Of(failure), next.Message!);
        }
        else if (next.Failure is null && (previous.Failure is not null || previous.At is null))
        {
            LogUp(collector.Name, target.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The monitor of {Target} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string target);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Kind} {Target} answers")]
    private partial void LogUp(string kind, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Target} fails ({Reason}): {Detail}")]
    private partial void LogDown(string kind, string target, string reason, string detail);
}
