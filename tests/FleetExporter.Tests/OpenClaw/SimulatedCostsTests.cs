using System.Text.Json;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Schedules;
using FleetExporter.OpenClaw.Simulation;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>The simulated gateway shows costs and cron jobs in all states.</summary>
public sealed class SimulatedCostsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 15, 40, 7, TimeSpan.Zero);

    [Fact]
    public void Costs_of_agents_models_cron_jobs_and_days_add_up()
    {
        string[] ranges = ["\"startDate\":\"2026-11-25\",\"endDate\":\"2026-11-25\"", "\"range\":\"7d\"", "\"range\":\"30d\"", "\"range\":\"all\""];
        var usage = new[] { "main", "research" }.SelectMany(agent => GatewayCosts.Windows.Zip(ranges, (name, range) => new GatewayWindow(
            agent, name, GatewayUsage.Parse(Answer("sessions.usage", $$"""{"agentId":"{{agent}}",{{range}} }""")))));
        var windows = GatewayCosts.Of(new GatewayWindows([.. usage]));
        var month = GatewayCost.Parse(Answer("usage.cost", """{"startDate":"2026-10-27","endDate":"2026-11-25"}"""));

        Assert.All(windows, w => Assert.Equal(w.Total, w.Crons!.Values.Sum() + w.Other));
        Assert.All(windows, w => Assert.Equal((double)w.Total!, (double)w.Models.Values.Sum(), 9));
        Assert.All(windows, w => Assert.Equal(2, w.Models.Count));
        Assert.True(windows[0].Total > 0 && windows[0].Total < windows[1].Total && windows[2].Total < windows[3].Total);
        Assert.Equal(["c0a1", "c0a2", "c0a4", "c0a5", "c0a9"], GatewayCosts.CronIds(windows).Order());
        Assert.Equal(30, month.Listed!.Count);
        Assert.Equal((double)windows[2].Total!, (double)month.Listed.Sum(d => d.Usd!.Value), 9);
        Assert.Equal((double)windows[2].Total!, month.Total, 9);
    }

    [Fact]
    public void Jobs_work_fail_flap_are_overdue_and_disabled()
    {
        var crons = GatewayCrons.Parse(Answer("cron.list", "{}")).Crons.ToDictionary(c => c.Name);
        var runs = GatewayCronRuns.Parse(Answer("cron.runs", """{"scope":"all","limit":200}"""));

        Assert.Equal(
            (CronOutcome.Error, 2d, false),
            (CronHealth.OutcomeOf(crons["backup-notes"], runs)!.Value, crons["backup-notes"].ConsecutiveErrors!.Value,
                CronHealth.IsOverdue(crons["backup-notes"], Now)!.Value));
        Assert.Equal(["price-watch"], crons.Values.Where(c => CronHealth.IsFlapping(c, runs) == true).Select(c => c.Name));
        Assert.Equal(["paper-review"], crons.Values.Where(c => CronHealth.IsOverdue(c, Now) == true).Select(c => c.Name));
        Assert.Equal(["new-year-greeting"], crons.Values.Where(c => c.Enabled == false).Select(c => c.Name));
        Assert.All(crons.Values, c => Assert.NotNull(NextRuns.Of(c, Now).Times));
        Assert.Equal(30, GatewayCronRuns.Parse(Answer("cron.runs", """{"scope":"job","id":"c0a4","limit":100}""")).Of("c0a4").Count);
        Assert.Equal("every 12 hours", ScheduleWords.Of(crons["paper-review"].When, null));
    }

    private static JsonElement Answer(string method, string parameters) =>
        JsonSerializer.SerializeToElement(GatewayAnswers.Of(method, JsonElement.Parse(parameters), Now));
}
