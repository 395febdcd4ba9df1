using FleetExporter.Collectors;

namespace FleetExporter.Polling;

/// <summary>Which of a stream's collectors are due, by the monotonic clock. Not safe for concurrent use.</summary>
internal sealed class Schedule
{
    private static readonly TimeSpan FirstPenalty = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPenalty = TimeSpan.FromHours(1);

    private readonly Dictionary<string, TimeSpan> _due = [];
    private readonly Dictionary<string, (TimeSpan Wait, TimeSpan Until)> _penalties = [];

    public IReadOnlyList<HostCollector> Due(IEnumerable<HostCollector> collectors, TimeSpan now, bool all) =>
        [.. collectors.Where(c => !Penalised(c, now) && (all || now >= _due.GetValueOrDefault(c.Name)))];

    /// <summary>The collector was asked at this moment. Half a second of grace keeps a cadence of n ticks from becoming n + 1.</summary>
    public void Asked(HostCollector collector, TimeSpan now) => _due[collector.Name] = now + collector.Every - TimeSpan.FromMilliseconds(500);

    /// <summary>The collector hung: it is left alone for a minute, then twice as long, up to an hour.</summary>
    public void Penalise(HostCollector collector, TimeSpan now)
    {
        var wait = _penalties.TryGetValue(collector.Name, out var before) ? Longer(before.Wait) : FirstPenalty;
        _penalties[collector.Name] = (wait, now + wait);
    }

    public void Forgive(HostCollector collector) => _penalties.Remove(collector.Name);

    /// <summary>A new stream asks for everything again.</summary>
    public void Restart() => _due.Clear();

    private bool Penalised(HostCollector collector, TimeSpan now) => _penalties.TryGetValue(collector.Name, out var penalty) && now < penalty.Until;

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LongestPenalty ? wait * 2 : LongestPenalty;
}
