using System.Globalization;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Schedules;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Schedules of cron jobs in words.</summary>
public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData("0 4 * * *", "every day at 04:00 (Europe/Berlin)")]
    [InlineData("30 9,17 * * *", "every day at 09:30 and 17:30 (Europe/Berlin)")]
    [InlineData("0,30 8 * * *", "every day at 08:00 and 08:30 (Europe/Berlin)")]
    [InlineData("30 9 * * 1,5", "Mondays and Fridays at 09:30 (Europe/Berlin)")]
    [InlineData("30 9 * * MON,wed,FRI", "Mondays, Wednesdays and Fridays at 09:30 (Europe/Berlin)")]
    [InlineData("0 9 * * 1-5", "weekdays at 09:00 (Europe/Berlin)")]
    [InlineData("0 9 * * MON-FRI", "weekdays at 09:00 (Europe/Berlin)")]
    [InlineData("0 9 * * 0,6", "weekends at 09:00 (Europe/Berlin)")]
    [InlineData("0 9 * * 6-7", "weekends at 09:00 (Europe/Berlin)")]
    [InlineData("0 9 * * 7", "Sundays at 09:00 (Europe/Berlin)")]
    [InlineData("0 9 * * 0-7", "every day at 09:00 (Europe/Berlin)")]
    [InlineData("0 4 1 * *", "on day 1 of every month at 04:00 (Europe/Berlin)")]
    [InlineData("0 4 1,15 * *", "on days 1 and 15 of every month at 04:00 (Europe/Berlin)")]
    [InlineData("0 4 L * *", "on the last day of every month at 04:00 (Europe/Berlin)")]
    [InlineData("0 4 24 12 *", "every year on 24 December at 04:00 (Europe/Berlin)")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("*/1 * * * *", "every minute")]
    [InlineData("*/15 * * * *", "every 15 minutes")]
    [InlineData("0 * * * *", "every hour")]
    [InlineData("5 * * * *", "every hour at :05")]
    [InlineData("0,30 * * * *", "every hour at :00 and :30")]
    [InlineData("0 */2 * * *", "every 2 hours")]
    [InlineData("30 */6 * * *", "every 6 hours at :30")]
    [InlineData("0 0 4 * * *", "every day at 04:00 (Europe/Berlin)")]
    [InlineData("@daily", "every day at 00:00 (Europe/Berlin)")]
    [InlineData("@HOURLY", "every hour")]
    [InlineData("@weekly", "Sundays at 00:00 (Europe/Berlin)")]
    [InlineData("0 4 1-7 * 1", "cron 0 4 1-7 * 1 (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("*/7 * * * *", "cron */7 * * * * (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("*/15 9-17 * * *", "cron */15 9-17 * * * (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("15 0 4 * * *", "cron 15 0 4 * * * (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("0 4 15W * *", "cron 0 4 15W * * (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("0 4 * * MON#2", "cron 0 4 * * MON#2 (Europe/Berlin), next on 2026-11-22 03:00 UTC")]
    [InlineData("99 4 * * *", "invalid: 99 4 * * *")]
    [InlineData("0 4 * *", "invalid: 0 4 * *")]
    [InlineData("0 0 4 * * * 2027", "invalid: 0 0 4 * * * 2027")]
    [InlineData("every morning", "invalid: every morning")]
    [InlineData("<b>0</b> 4 * * *", "invalid: <b>0</b> 4 * * *")]
    public void A_cron_expression_has_words(string expression, string words) =>
        Assert.Equal(words, Words($$"""{"kind":"cron","expr":"{{expression}}","tz":"Europe/Berlin"}"""));

    [Theory]
    [InlineData("""{"kind":"cron","expr":"0 3 * * *"}""", "every day at 03:00 (time zone of the gateway)")]
    [InlineData("""{"kind":"cron","expr":"0 4 1-7 * 1"}""", "cron 0 4 1-7 * 1, next on 2026-11-22 03:00 UTC")]
    [InlineData("""{"kind":"cron"}""", "invalid: cron")]
    [InlineData("""{"kind":"cron","expr":"  "}""", "invalid: cron")]
    [InlineData("""{"kind":"every","everyMs":900000}""", "every 15 minutes")]
    [InlineData("""{"kind":"every","everyMs":7200000}""", "every 2 hours")]
    [InlineData("""{"kind":"every","everyMs":5400000}""", "every 90 minutes")]
    [InlineData("""{"kind":"every","everyMs":3600000}""", "every hour")]
    [InlineData("""{"kind":"every","everyMs":86400000}""", "every day")]
    [InlineData("""{"kind":"every","everyMs":604800000}""", "every 7 days")]
    [InlineData("""{"kind":"every","everyMs":1500}""", "every 1.5 seconds")]
    [InlineData("""{"kind":"every","everyMs":0}""", "invalid: every 0s")]
    [InlineData("""{"kind":"every","everyMs":-5}""", "invalid: every")]
    [InlineData("""{"kind":"at","at":"2027-01-15T08:00:00.000Z"}""", "once on 2027-01-15 08:00 UTC")]
    [InlineData("""{"kind":"at","at":"2027-01-15T08:00:07+01:00"}""", "once on 2027-01-15 07:00:07 UTC")]
    [InlineData("""{"kind":"at","at":"tomorrow"}""", "invalid: at")]
    [InlineData("""{"kind":"on-exit","command":"rm -rf SECRET"}""", "when a command exits")]
    [InlineData("""{"kind":"stream","command":["tail","SECRET"]}""", "when a command writes")]
    [InlineData("""{"kind":"moon\u0000phase"}""", "moon phase")]
    [InlineData("7", "unknown")]
    public void A_schedule_has_words(string schedule, string words) => Assert.Equal(words, Words(schedule));

    [Fact]
    public void Hostile_expressions_are_short_and_printable()
    {
        var words = Words($$"""{"kind":"cron","expr":"{{new string('9', 5000)}}\u001b[2J\u202e","tz":"{{new string('z', 5000)}}"}""");

        Assert.StartsWith("invalid: 999", words, StringComparison.Ordinal);
        Assert.True(words.Length < 300);
        Assert.DoesNotContain(words, char.IsControl);
    }

    private static string Words(string schedule) => ScheduleWords.Of(
        GatewaySchedule.Parse(JsonElement.Parse(schedule)), DateTimeOffset.Parse("2026-11-22T04:00+01:00", CultureInfo.InvariantCulture));
}
