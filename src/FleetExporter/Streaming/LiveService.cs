using FleetExporter.Hosting;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Streaming;

/// <summary>Turns replaced snapshots into what the streams tell. Whoever replaces one only notes a name, and waits for nothing here.</summary>
internal sealed class LiveService(FleetState state, GpuFeed gpus, HostFeed hosts, LivePulse pulse, LoopDependencies parts)
    : HostedLoop(ServiceLoop.Live, parts)
{
    private readonly Lock _lock = new();

    /// <summary>Outlives a failure, so that one host that cannot be taken holds up none of the others.</summary>
    private readonly Queue<string> _pending = new();

    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private TaskCompletionSource _signal = New();

    protected override async Task RunAsync(CancellationToken stop)
    {
        state.HostChanged += Note;
        foreach (var host in state.Hosts)
        {
            Note(host.Host.Name);
        }

        using var ending = stop.Register(() => Note(""));
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var (signal, beat) = (Signal, pulse.Next);
                await Task.WhenAny(signal, beat).ConfigureAwait(false);
                foreach (var host in TakeChanged())
                {
                    _pending.Enqueue(host);
                }

                while (_pending.TryDequeue(out var host))
                {
                    gpus.Take(host);
                }

                gpus.Log.Wake();
                if (beat.IsCompleted)
                {
                    gpus.TakeStale();
                    hosts.TakeIfRead();
                }
            }
        }
        finally
        {
            state.HostChanged -= Note;
        }
    }

    private Task Signal
    {
        get
        {
            lock (_lock)
            {
                return _signal.Task;
            }
        }
    }

    private void Note(string host)
    {
        lock (_lock)
        {
            _changed.Add(host);
            _signal.TrySetResult();
        }
    }

    private HashSet<string> TakeChanged()
    {
        lock (_lock)
        {
            var changed = _changed;
            _changed = new HashSet<string>(StringComparer.Ordinal);
            _signal = _signal.Task.IsCompleted ? New() : _signal;
            return changed;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
