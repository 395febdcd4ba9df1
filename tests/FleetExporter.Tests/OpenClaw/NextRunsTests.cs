using System.Globalization;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Schedules;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>The next three runs of cron jobs.</summary>
public sealed class NextRunsTests
{
    [Theory]
    [InlineData("0 4 * * *", "Europe/Berlin", "2026-11-21T16:00Z", "2026-11-22T03:00Z 2026-11-23T03:00Z 2026-11-24T03:00Z")]
    [InlineData("0 4 * * *", "America/New_York", "2026-11-21T16:00Z", "2026-11-22T09:00Z 2026-11-23T09:00Z 2026-11-24T09:00Z")]
    [InlineData("*/20 * * * *", "Asia/Kolkata", "2026-11-21T16:00Z", "2026-11-21T16:10Z 2026-11-21T16:30Z 2026-11-21T16:50Z")]
    // Summer time begins on 2027-03-28: 02:30 does not exist on that day.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z", "2027-03-28T01:00Z 2027-03-29T00:30Z 2027-03-30T00:30Z")]
    // It ends on 2027-10-31: 02:30 comes twice, the job once.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00Z", "2027-10-31T00:30Z 2027-11-01T01:30Z 2027-11-02T01:30Z")]
    // Days of the month or of the week, as the gateway takes them.
    [InlineData("0 4 1-2 * 1", "UTC", "2026-11-29T12:00Z", "2026-11-30T04:00Z 2026-12-01T04:00Z 2026-12-02T04:00Z")]
    [InlineData("0 0 4 1-2 * MON", "UTC", "2026-11-29T12:00Z", "2026-11-30T04:00Z 2026-12-01T04:00Z 2026-12-02T04:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-11-29T12:00Z", "2028-02-29T00:00Z 2032-02-29T00:00Z 2036-02-29T00:00Z")]
    [InlineData("0 0 31 2 *", "UTC", "2026-11-29T12:00Z", "")]
    public void Runs_follow_the_expression_in_its_time_zone(string expression, string zone, string now, string runs) => Assert.Equal(
        (runs, null), Of($$"""{"kind":"cron","expr":"{{expression}}","tz":"{{zone}}"}""", now));

    [Theory]
    [InlineData("2026-11-22T03:00Z", "2026-11-22T03:00Z 2026-11-23T03:00Z 2026-11-24T03:00Z", null)] // the gateway's machine is in UTC
    [InlineData("2026-11-22T03:04Z", "2026-11-22T03:00Z 2026-11-23T03:00Z 2026-11-24T03:00Z", null)] // it starts jobs a little apart
    [InlineData("2026-11-22T02:00Z", null, "time_zone")]
    [InlineData(null, null, "time_zone")]
    public void Without_a_time_zone_the_next_run_of_the_gateway_decides(string? next, string? runs, string? gap) =>
        Assert.Equal((runs, gap), Of("""{"kind":"cron","expr":"0 3 * * *"}""", "2026-11-21T16:00Z", next));

    [Theory]
    [InlineData("Mars/Phobos")]
    [InlineData("../../etc/passwd")]
    [InlineData("/dev/zero")]
    [InlineData("Europe/../Europe/Berlin")]
    [InlineData("Europe/Berlin\\u0000")]
    public void A_time_zone_is_a_name_that_the_machine_knows(string zone) => Assert.Equal(
        (null, "time_zone"), Of($$"""{"kind":"cron","expr":"0 3 * * *","tz":"x{{zone}}"}""", "2026-11-21T16:00Z"));

    [Theory]
    [InlineData("""{"kind":"every","everyMs":3600000}""", "2026-11-21T16:30Z", "2026-11-21T16:30Z 2026-11-21T17:30Z 2026-11-21T18:30Z", null)]
    [InlineData("""{"kind":"every","everyMs":3600000}""", "2026-11-21T14:30Z", "2026-11-21T16:30Z 2026-11-21T17:30Z 2026-11-21T18:30Z", null)]
    [InlineData("""{"kind":"every","everyMs":3600000}""", "2026-11-21T16:00Z", "2026-11-21T17:00Z 2026-11-21T18:00Z 2026-11-21T19:00Z", null)]
    [InlineData("""{"kind":"every","everyMs":3600000}""", null, null, "unknown")]
    [InlineData("""{"kind":"every","everyMs":0}""", "2026-11-21T16:30Z", null, "invalid")]
    [InlineData("""{"kind":"at","at":"2027-01-15T08:00:00.000Z"}""", null, "2027-01-15T08:00Z", null)]
    [InlineData("""{"kind":"at","at":"2026-01-15T08:00:00.000Z"}""", null, "", null)]
    [InlineData("""{"kind":"at"}""", null, null, "invalid")]
    [InlineData("""{"kind":"cron","expr":"99 * * * *","tz":"UTC"}""", null, null, "invalid")]
    [InlineData("""{"kind":"on-exit","command":"x"}""", null, null, "not_timed")]
    [InlineData("null", null, null, "unknown")]
    public void Other_schedules_have_runs_too(string schedule, string? next, string? runs, string? gap) =>
        Assert.Equal((runs, gap), Of(schedule, "2026-11-21T16:00Z", next));

    [Fact]
    public void A_disabled_job_has_none() =>
        Assert.Equal(("", null), Of("""{"kind":"cron","expr":"0 3 * * *","tz":"UTC"}""", "2026-11-21T16:00Z", enabled: false));

    private static (string? Runs, string? Gap) Of(string schedule, string now, string? next = null, bool enabled = true)
    {
        var cron = new GatewayCron("j", "", "", "", enabled, null, next is null ? null : At(next), null, null, null, null, null)
        {
            When = GatewaySchedule.Parse(JsonElement.Parse(schedule)),
        };
        var runs = NextRuns.Of(cron, At(now));
        return (runs.Times is null ? null : string.Join(' ', runs.Times.Select(t => $"{t.UtcDateTime:yyyy-MM-ddTHH:mm}Z")),
            runs.Gap is { } gap ? Words.Of(gap) : null);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
