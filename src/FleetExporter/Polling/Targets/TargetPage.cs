using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Targets;

/// <summary>Writes one target's samples: its verdict and health always, its readings while they are fresh.</summary>
internal static class TargetPage
{
    /// <param name="bug">Called when writing a reading throws: the target then counts as failed, and the rest of the page is kept.</param>
    public static void Write(MetricsPage page, TargetSnapshot snapshot, Instant now, Action<string, Exception>? bug = null)
    {
        page.BeginTarget();
        var collector = snapshot.Collector;
        var labels = collector.LabelsOf(snapshot.Target);
        var verdict = snapshot.Verdict(now);
        try
        {
            verdict.Reading?.WriteTo(page, labels);
        }
        catch (Exception e)
        {
            bug?.Invoke($"{collector.Name} {snapshot.Target.Name}", e);
            verdict = verdict with { Reading = null, Failure = TargetFailure.Bug };
        }

        collector.WriteVerdict(page, labels, verdict);
        if (!verdict.Attempted)
        {
            return;
        }

        var host = Labels.Of("host", snapshot.Target.Host);
        page.Add(HealthFamilies.Success, host, verdict.Up ? 1 : 0, ("collector", collector.Name), ("target", snapshot.Target.Name));
        page.Add(
            HealthFamilies.LastSuccess, host, snapshot.LastSuccess?.SecondsAsOf(now),
            ("collector", collector.Name), ("target", snapshot.Target.Name));
        page.Add(HealthFamilies.Duration, host, snapshot.Duration?.TotalSeconds, ("collector", collector.Name), ("target", snapshot.Target.Name));
        foreach (var (reason, count) in snapshot.Failures)
        {
            page.Add(
                HealthFamilies.CollectorFailures, host, count, ("collector", collector.Name),
                ("target", snapshot.Target.Name), ("reason", Words.Of(reason)));
        }
    }
}
