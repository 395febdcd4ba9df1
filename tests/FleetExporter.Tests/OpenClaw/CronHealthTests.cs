using System.Text.Json;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>What is derived from cron jobs and their runs.</summary>
public sealed class CronHealthTests
{
    private const long LastRun = 1795231646000;

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(LastRun);

    [Theory]
    [InlineData("ok", "succeeded", "ok")]
    [InlineData("ok", null, "ok")]
    [InlineData("ok", "failed", "aborted")]
    [InlineData("ok", "unknown", "aborted")]
    [InlineData("aborted", null, "aborted")]
    [InlineData("error", "failed", "error")]
    [InlineData("skipped", null, "skipped")]
    [InlineData("new", null, null)]
    [InlineData(null, null, null)]
    public void A_run_that_is_ok_for_the_gateway_may_be_aborted(string? status, string? completion, string? outcome) =>
        Assert.Equal(outcome, GatewayCronWords.Outcome(status, completion) is { } known ? Words.Of(known) : null);

    [Theory]
    [InlineData("ok", "ok/failed", LastRun, "aborted", false)]
    [InlineData("ok", "ok/failed", LastRun - 60_000, "ok", true)] // an earlier run
    [InlineData("ok", "ok/succeeded", LastRun, "ok", true)]
    [InlineData("error", "ok/failed", LastRun, "error", false)]
    [InlineData("skipped", "", 0, "skipped", null)]
    public void The_record_of_runs_says_whether_the_last_one_was_aborted(string status, string runs, long at, string outcome, bool? succeeded)
    {
        var cron = Cron($$"""{"lastRunStatus":"{{status}}","lastRunAtMs":{{LastRun}}}""");

        Assert.Equal(outcome, Words.Of(CronHealth.OutcomeOf(cron, Runs(runs, at))!.Value));
        Assert.Equal(succeeded, CronHealth.SucceededOf(cron, Runs(runs, at)));
    }

    [Theory]
    [InlineData("ok ok ok ok", 0, false)]
    [InlineData("ok error ok error", 1, true)]
    [InlineData("ok error ok ok ok ok ok", 0, false)]
    [InlineData("ok error ok ok/failed", 1, true)]
    [InlineData("ok error skipped ok error", 1, true)]
    [InlineData("error error error", 3, true)]
    [InlineData("error error error", null, true)]
    [InlineData("error error ok", 2, false)]
    [InlineData("ok error ok ok ok ok ok ok ok ok error ok", 0, false)] // one change is beyond the last ten
    [InlineData("", 3, true)]
    [InlineData("", 1, null)] // it has run, but its runs are not known
    public void A_job_flaps(string runs, int? errors, bool? flapping) => Assert.Equal(
        flapping,
        CronHealth.IsFlapping(
            Cron($$"""{"lastRunAtMs":{{LastRun}},"consecutiveErrors":{{(errors is null ? "null" : $"{errors}")}}}"""), Runs(runs, LastRun)));

    [Theory]
    [InlineData(-301, "true", "{}", true)]
    [InlineData(-300, "true", "{}", false)]
    [InlineData(60, "true", "{}", false)]
    [InlineData(-301, "false", "{}", false)]
    [InlineData(-301, "true", """{"runningAtMs":1795231646000}""", false)]
    [InlineData(-301, "true", null, null)]
    [InlineData(null, "true", "{}", null)]
    public void A_job_is_overdue_five_minutes_after_it_should_have_begun(int? seconds, string enabled, string? state, bool? overdue)
    {
        var next = seconds is null ? "null" : $"{LastRun + (seconds.Value * 1000L)}";
        var cron = Assert.Single(GatewayCrons.Parse(JsonElement.Parse(
            $$"""{"jobs":[{"id":"j","enabled":{{enabled}},"nextRunAtMs":{{next}},"state":{{state ?? "null"}}}]}""")).Crons);

        Assert.Equal(overdue, CronHealth.IsOverdue(cron, Now));
    }

    [Fact]
    public void Runs_of_both_versions()
    {
        var newer = GatewayCronRuns.Parse(GatewayFixture.Payload("cron.runs"));
        var report = Assert.Single(newer.Of("b56a9e63-e6b4-49a6-a33a-a42ba3b73537"));

        Assert.Equal(5, newer.Total);
        Assert.Equal(
            new GatewayCronRun(
                "b56a9e63-e6b4-49a6-a33a-a42ba3b73537", DateTimeOffset.FromUnixTimeMilliseconds(1795231635896), CronOutcome.Ok,
                TimeSpan.FromMilliseconds(1949), null, null, CronDelivery.NotRequested, "fake-chat", new CronRunTokens(1150, 85, 200, 1435),
                "agent:main:cron:b56a9e63-e6b4-49a6-a33a-a42ba3b73537:run:0767f667-d2af-43b1-8daf-db77f681b0c3",
                "manual:b56a9e63-e6b4-49a6-a33a-a42ba3b73537:179523163587~" + report.Run![^8..], "Fake answer number 14 from the loopback model."),
            report with { Run = "manual:b56a9e63-e6b4-49a6-a33a-a42ba3b73537:179523163587~" + report.Run[^8..] });
        Assert.Equal(["format", "format"], newer.Of("ab13ce1e-550c-4041-aa3e-8d06e749d206").Select(r => r.ErrorReason));
        Assert.Empty(newer.Of("nope"));
        Assert.Equal(
            [CronOutcome.Error, CronOutcome.Error],
            GatewayCronRuns.Parse(GatewayFixture.Payload("2026.5.28/cron.runs")).Of("5f0263ca-1c87-4634-9730-053db5cf59bb").Select(r => r.Outcome));
    }

    [Fact]
    public void A_job_has_its_errors_but_not_what_it_runs()
    {
        var crons = GatewayCrons.Parse(GatewayFixture.Payload("cron.list"));

        Assert.Equal(8, crons.Total);
        Assert.Equal(
            ("command exited with code 3", null, "boom", "command", CronDelivery.NotRequested, 0d),
            (crons.Crons[1].LastError, crons.Crons[1].ErrorReason, crons.Crons[1].Diagnostics, crons.Crons[1].PayloadKind, crons.Crons[1].Delivery,
                crons.Crons[1].ConsecutiveSkipped));
        Assert.Equal(("format", "fake/fake-broken", CronOutcome.Error), (crons.Crons[0].ErrorReason, crons.Crons[0].Model, crons.Crons[0].Outcome));
        Assert.All(crons.Crons, c => Assert.DoesNotContain("echo", c.ToString(), StringComparison.Ordinal));
        Assert.All(crons.Crons, c => Assert.DoesNotContain("Write the nightly report", c.ToString(), StringComparison.Ordinal));
    }

    private static GatewayCron Cron(string state) =>
        Assert.Single(GatewayCrons.Parse(JsonElement.Parse($$"""{"jobs":[{"id":"j","state":{{state}}}]}""")).Crons);

    /// <param name="runs">Status and completion, newest first.</param>
    /// <param name="at">When the newest began.</param>
    private static GatewayCronRuns Runs(string runs, long at) => GatewayCronRuns.Parse(JsonElement.Parse(
        $$"""{"entries":[{{string.Join(',', runs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((run, i) =>
            run.Split('/') is var parts && parts.Length > 1
                ? $$"""{"jobId":"j","runAtMs":{{at - (i * 1000)}},"status":"{{parts[0]}}","completionStatus":"{{parts[1]}}"}"""
                : $$"""{"jobId":"j","runAtMs":{{at - (i * 1000)}},"status":"{{run}}"}"""))}}]}"""));
}
