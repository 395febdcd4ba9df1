using System.Collections.Concurrent;

namespace FleetExporter.Polling;

/// <summary>The running monitors of hosts or of targets, by name. Nothing here waits under the lock.</summary>
internal sealed partial class MonitorSet<TMonitor>(PollMetrics metrics, TimeProvider clock, ILogger logger)
    where TMonitor : class, IMonitor
{
    private readonly ConcurrentDictionary<string, RunningMonitor<TMonitor>> _monitors = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public IEnumerable<TMonitor> Monitors => _monitors.Values.Select(w => w.Monitor);

    public TMonitor? Find(string name) => _monitors.GetValueOrDefault(name)?.Monitor;

    /// <summary>
    /// Stops the monitors that are not kept and starts one for each name without one. A replacement starts after its predecessor has ended.
    /// </summary>
    /// <param name="wanted">The names to watch, each with the factory of its monitor.</param>
    /// <param name="keeps">Whether a monitor keeps running.</param>
    /// <returns>Completes when all stopped monitors have ended or were abandoned.</returns>
    public Task ApplyAsync(IEnumerable<(string Name, Func<TMonitor> Create)> wanted, Func<TMonitor, bool> keeps)
    {
        lock (_lock)
        {
            var ending = _monitors.Values.Where(w => !keeps(w.Monitor)).ToDictionary(w => w.Monitor.Name, EndAsync, StringComparer.Ordinal);
            foreach (var (name, create) in wanted)
            {
                if (!_monitors.ContainsKey(name))
                {
                    _monitors[name] = new RunningMonitor<TMonitor>(create(), ending.GetValueOrDefault(name, Task.CompletedTask));
                }
            }

            return Task.WhenAll(ending.Values);
        }
    }

    public Task EndAllAsync() => ApplyAsync([], static _ => false);

    /// <summary>Called under the lock.</summary>
    private Task EndAsync(RunningMonitor<TMonitor> running)
    {
        _monitors.TryRemove(running.Monitor.Name, out _);
        return CountAbandonedAsync(running.Monitor.Name, running.EndAsync(clock));
    }

    private async Task CountAbandonedAsync(string name, Task<bool> ending)
    {
        if (!await ending.ConfigureAwait(false))
        {
            metrics.Abandoned();
            LogAbandoned(name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The monitor of {Name} did not end within 2 s and was abandoned; it no longer publishes")]
    private partial void LogAbandoned(string name);
}
