using FleetExporter.Collectors;
using FleetExporter.Config;

namespace FleetExporter.Polling;

/// <summary>Which of a stream's collectors are due, by the monotonic clock. Not safe for concurrent use.</summary>
internal sealed class Schedule
{
    private static readonly TimeSpan FirstSuspension = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxSuspension = TimeSpan.FromHours(1);

    private readonly Dictionary<string, TimeSpan> _due = [];
    private readonly Dictionary<string, string> _arguments = [];
    private readonly Dictionary<string, (TimeSpan Wait, TimeSpan Until)> _suspensions = [];

    public IReadOnlyList<CollectorRequest> Due(IEnumerable<CollectorRequest> requests, TimeSpan now, bool all) =>
        [.. requests.Where(r => !IsSuspended(r.Collector, now) && (all || now >= _due.GetValueOrDefault(r.Collector.Name) || HasChanged(r)))];

    /// <summary>Records a request. A tolerance of half a second keeps a cadence of n ticks from becoming n + 1.</summary>
    public void MarkRequested(CollectorRequest request, TimeSpan now)
    {
        var (collector, arguments) = request;
        _due[collector.Name] = now + collector.Every - TimeSpan.FromMilliseconds(500);
        if (collector.TakesArguments)
        {
            _arguments[collector.Name] = arguments;
        }
    }

    /// <summary>Suspends a collector that hung for a minute, then twice as long each time, up to an hour.</summary>
    public void Suspend(HostCollector collector, TimeSpan now)
    {
        var wait = _suspensions.TryGetValue(collector.Name, out var previous) ? Duration.Min(previous.Wait * 2, MaxSuspension) : FirstSuspension;
        _suspensions[collector.Name] = (wait, now + wait);
    }

    /// <summary>For one that has nothing to ask: the next request is due, whatever it asks.</summary>
    public void MakeDue(HostCollector collector)
    {
        _due.Remove(collector.Name);
        _arguments.Remove(collector.Name);
    }

    public void Resume(HostCollector collector) => _suspensions.Remove(collector.Name);

    /// <summary>For a new stream. What is suspended stays so.</summary>
    public void MakeAllDue() => _due.Clear();

    private bool HasChanged(CollectorRequest request) =>
        request.Collector.TakesArguments && _arguments.GetValueOrDefault(request.Collector.Name) != request.Arguments;

    private bool IsSuspended(HostCollector collector, TimeSpan now) =>
        _suspensions.TryGetValue(collector.Name, out var suspension) && now < suspension.Until;
}

/// <summary>A request to a collector, with the arguments of its script.</summary>
internal readonly record struct CollectorRequest(HostCollector Collector, string Arguments = "")
{
    public string Name => Collector.Name;

    /// <summary>As it is written to the sampler.</summary>
    public string Word => Arguments.Length == 0 ? Name : $"{Name}={Arguments}";
}
