using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>
/// How late the polls of the honest hosts are, from the times of their last successes on one page after another. A tick comes at the same phase of
/// each interval, so a success that follows the one before by more than an interval is late by the difference.
/// </summary>
internal sealed class PollTimes(TimeSpan interval)
{
    private readonly Dictionary<string, double> _last = [];
    private readonly Timings _late = new();
    private double _seen;

    /// <summary>Takes the next page, which has to be there more often than a poll.</summary>
    public void Add(Page page, double now)
    {
        _seen = now;
        var successes = page.Of("fleet_collector_last_success_timestamp_seconds", ("collector", "host"));
        foreach (var sample in successes.Where(s => HostileFleet.IsHonest(s["host"])))
        {
            if (_last.TryGetValue(sample["host"], out var last) && sample.Value > last)
            {
                AddGap(sample.Value - last);
            }

            _last[sample["host"]] = sample.Value;
        }
    }

    /// <summary>The lateness of all polls, those that are overdue at the last page included.</summary>
    public Timings End()
    {
        foreach (var last in _last.Values.Where(l => _seen - l > interval.TotalSeconds))
        {
            AddGap(_seen - last);
        }

        return _late;
    }

    private void AddGap(double seconds) => _late.Add(TimeSpan.FromSeconds(Math.Max(0, seconds - interval.TotalSeconds)));
}
