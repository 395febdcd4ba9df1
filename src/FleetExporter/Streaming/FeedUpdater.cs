using FleetExporter.Hosting;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Streaming;

/// <summary>Updates the feeds of the streams after snapshots were replaced. Writers of snapshots only record a name and never wait.</summary>
internal sealed class FeedUpdater(
    FleetState state, GpuFeed gpus, HostFeed hosts, AgentFeed agents, StreamClients clients, OneSecondTimer timer, LoopDependencies parts)
    : HostedLoop(ExporterLoop.Live, parts)
{
    /// <summary>Between two updates of <c>/ws</c> and <c>/ws/agents</c> while one has readers: a page shows a change within a second.</summary>
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();

    /// <summary>Kept across failures of this loop, so that one failing host does not block the others.</summary>
    private readonly Queue<string> _pending = new();

    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private TaskCompletionSource _signal = New();

    protected override async Task RunAsync(CancellationToken stop)
    {
        state.HostChanged += MarkChanged;
        foreach (var host in state.Hosts)
        {
            MarkChanged(host.Host.Name);
        }

        clients.Entered += Wake;
        using var ending = stop.Register(Wake);
        try
        {
            var next = timer.Next;
            while (!stop.IsCancellationRequested)
            {
                await Task.WhenAny(Signal, next).ConfigureAwait(false);
                foreach (var host in TakeChanged())
                {
                    _pending.Enqueue(host);
                }

                while (_pending.TryDequeue(out var host))
                {
                    gpus.Update(host);
                }

                gpus.Log.Wake();
                if (next.IsCompleted)
                {
                    gpus.RemoveStale();
                    hosts.UpdateIfRead();
                    agents.Update();
                    next = clients.Count("ws") + clients.Count(AgentFeed.Stream) > 0 ? Task.Delay(ReadInterval, Clock, stop) : timer.Next;
                }
            }
        }
        finally
        {
            state.HostChanged -= MarkChanged;
            clients.Entered -= Wake;
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

    /// <summary>Without a reader, the changes wait for the next second or the first reader.</summary>
    private void MarkChanged(string host)
    {
        lock (_lock)
        {
            _changed.Add(host);
            if (clients.Count("gpu") > 0)
            {
                _signal.TrySetResult();
            }
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
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
