using FleetExporter.Polling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Api.Live;

/// <summary>Turns replaced snapshots into what the streams tell. Whoever replaces one only notes a name, and waits for nothing here.</summary>
internal sealed partial class LiveService(FleetState state, GpuFeed gpus, HostFeed hosts, LivePulse pulse, ILogger<LiveService> logger) : BackgroundService
{
    private readonly Lock _lock = new();
    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private TaskCompletionSource _signal = New();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        state.HostChanged += Note;
        foreach (var host in state.Hosts)
        {
            Note(host.Host.Name);
        }

        using var ending = stoppingToken.Register(() => Note(""));
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var (signal, beat) = (Signal, pulse.Next);
                await Task.WhenAny(signal, beat).ConfigureAwait(false);
                Guarded(() =>
                {
                    foreach (var host in TakeChanged())
                    {
                        gpus.Take(host);
                    }

                    gpus.Log.Wake();
                    if (beat.IsCompleted)
                    {
                        gpus.TakeStale();
                        hosts.TakeIfRead();
                    }
                });
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

    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            LogBug(e);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Error, Message = "The streams could not be told of a change; this is a bug of the exporter")]
    private partial void LogBug(Exception error);
}
