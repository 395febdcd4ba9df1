using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>The monitors of one kind by the names of what they watch. Nothing here waits under the lock.</summary>
internal sealed partial class WatchSet<TMonitor>(PollMetrics metrics, TimeProvider clock, ILogger logger)
    where TMonitor : class, IMonitor
{
    private readonly ConcurrentDictionary<string, Watch<TMonitor>> _watches = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public IEnumerable<TMonitor> Monitors => _watches.Values.Select(w => w.Monitor);

    public TMonitor? Find(string name) => _watches.GetValueOrDefault(name)?.Monitor;

    /// <summary>
    /// Ends those monitors that are not kept, and starts one for each name that has none. One that takes another's place starts when that has ended.
    /// </summary>
    /// <param name="wanted">The names to watch, each with what makes its monitor.</param>
    /// <param name="keeps">Whether a monitor stays.</param>
    /// <returns>Completes when all that were ended have ended or were left behind.</returns>
    public Task ApplyAsync(IEnumerable<(string Name, Func<TMonitor> Create)> wanted, Func<TMonitor, bool> keeps)
    {
        lock (_lock)
        {
            var ending = _watches.Values.Where(w => !keeps(w.Monitor)).ToDictionary(w => w.Monitor.Name, EndAsync, StringComparer.Ordinal);
            foreach (var (name, create) in wanted)
            {
                if (!_watches.ContainsKey(name))
                {
                    _watches[name] = new Watch<TMonitor>(create(), ending.GetValueOrDefault(name, Task.CompletedTask));
                }
            }

            return Task.WhenAll(ending.Values);
        }
    }

    public Task EndAllAsync() => ApplyAsync([], static _ => false);

    /// <summary>Called under the lock.</summary>
    private Task EndAsync(Watch<TMonitor> watch)
    {
        _watches.TryRemove(watch.Monitor.Name, out _);
        return CountAsync(watch.Monitor.Name, watch.EndAsync(clock));
    }

    private async Task CountAsync(string name, Task<bool> ending)
    {
        if (!await ending.ConfigureAwait(false))
        {
            metrics.Abandoned();
            LogAbandoned(name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What watched {Name} does not end and is left behind; nothing of it is published any more")]
    private partial void LogAbandoned(string name);
}
