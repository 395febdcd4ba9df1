using FleetExporter.Collectors;
using FleetExporter.Config;

namespace FleetExporter.Polling;

/// <summary>Which of a stream's collectors are due, by the monotonic clock. Not safe for concurrent use.</summary>
internal sealed class Schedule
{
    private static readonly TimeSpan FirstSuspension = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxSuspension = TimeSpan.FromHours(1);

    private readonly Dictionary<string, TimeSpan> _due = [];
    private readonly Dictionary<string, (TimeSpan Wait, TimeSpan Until)> _suspensions = [];

    public IReadOnlyList<HostCollector> Due(IEnumerable<HostCollector> collectors, TimeSpan now, bool all) =>
        [.. collectors.Where(c => !IsSuspended(c, now) && (all || now >= _due.GetValueOrDefault(c.Name)))];

    /// <summary>Records a request. A tolerance of half a second keeps a cadence of n ticks from becoming n + 1.</summary>
    public void MarkRequested(HostCollector collector, TimeSpan now) => _due[collector.Name] = now + collector.Every - TimeSpan.FromMilliseconds(500);

    /// <summary>Suspends a collector that hung for a minute, then twice as long each time, up to an hour.</summary>
    public void Suspend(HostCollector collector, TimeSpan now)
    {
        var wait = _suspensions.TryGetValue(collector.Name, out var previous) ? Duration.Min(previous.Wait * 2, MaxSuspension) : FirstSuspension;
        _suspensions[collector.Name] = (wait, now + wait);
    }

    public void Resume(HostCollector collector) => _suspensions.Remove(collector.Name);

    /// <summary>For a new stream. What is suspended stays so.</summary>
    public void MakeAllDue() => _due.Clear();

    private bool IsSuspended(HostCollector collector, TimeSpan now) =>
        _suspensions.TryGetValue(collector.Name, out var suspension) && now < suspension.Until;
}
