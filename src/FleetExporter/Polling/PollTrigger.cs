namespace FleetExporter.Polling;

/// <summary>Requests an immediate poll of a stream or target and reports its completion.</summary>
internal sealed class PollTrigger
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _request;
    private TaskCompletionSource _signal = New();

    /// <summary>Requests a poll; completes after a tick that started after this call, or when the stream ends.</summary>
    public Task RequestAsync()
    {
        lock (_lock)
        {
            _request ??= New();
            _signal.TrySetResult();
            return _request.Task;
        }
    }

    /// <summary>Ends a wait: what is due is polled now instead of at the next tick.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _signal.TrySetResult();
        }
    }

    /// <summary>Returns and clears the pending request, if any; the caller completes it.</summary>
    public TaskCompletionSource? TakeRequest()
    {
        lock (_lock)
        {
            var request = _request;
            _request = null;
            if (_signal.Task.IsCompleted)
            {
                _signal = New();
            }

            return request;
        }
    }

    /// <summary>Waits until a poll is requested; false after the limit.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        Task signal;
        lock (_lock)
        {
            signal = _signal.Task;
        }

        // A delay is cut to whole milliseconds: without rounding up, a caller that waits for a moment spins through the last one.
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds));

        // The delay ends this almost always, several times per poll; unlike WaitAsync it does so without an exception.
        await Task.WhenAny(signal, Task.Delay(delay, clock, stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return signal.IsCompleted;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
