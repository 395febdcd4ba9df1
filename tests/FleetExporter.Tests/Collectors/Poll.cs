using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Targets;

namespace FleetExporter.Tests.Collectors;

/// <summary>One poll of a target by its collector.</summary>
internal static class Poll
{
    public static async Task<TargetReading> AskAsync(
        TargetCollector collector, TargetConfig target, Func<string, UnitName, SystemdUnit?>? unitOf = null, CancellationToken? stop = null)
    {
        await using var session = collector.Open(target, new TargetContext(TimeProvider.System, unitOf ?? ((_, _) => null)));
        return await session.AskAsync(stop ?? TestContext.Current.CancellationToken);
    }

    public static async Task<TReading> AskAsync<TReading>(
        TargetCollector collector, TargetConfig target, Func<string, UnitName, SystemdUnit?>? unitOf = null)
        where TReading : TargetReading => Assert.IsType<TReading>(await AskAsync(collector, target, unitOf));

    public static async Task<TargetFailureException> FailsAsync(TargetCollector collector, TargetConfig target) =>
        await Assert.ThrowsAsync<TargetFailureException>(() => AskAsync(collector, target));

    /// <summary>The samples of a target after one attempt, health left out.</summary>
    public static IReadOnlyList<string> Page(TargetCollector collector, TargetConfig target, TargetReading? reading, TargetFailure? failure = null)
    {
        var at = new Instant(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero);
        var before = new TargetSnapshot(target, collector, new PollTiming(TimeSpan.FromSeconds(10), 3));
        var after = reading is null ? before.Failed(failure!.Value, "", at, TimeSpan.Zero) : before.Answered(reading, at, TimeSpan.Zero);
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        TargetPage.Write(page, after, at);
        return [.. page.ToString().Split('\n').Where(l => l.Length > 0 && l[0] != '#' && !l.StartsWith("fleet_collector", StringComparison.Ordinal))];
    }
}
