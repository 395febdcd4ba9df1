using System.Text.Json;
using FleetExporter.OpenClaw.Logs;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Lines of gateways' logs, and the groups of their errors.</summary>
public sealed class GatewayLogTests
{
    [Fact]
    public void Recorded_lines_have_time_level_part_and_text()
    {
        var answer = GatewayLogAnswer.Parse(GatewayFixture.Payload("logs.tail"));

        Assert.Equal((91383, true), (answer.Cursor, answer.IsCut));
        var updated = answer.Lines[0];
        Assert.Equal(
            (DateTimeOffset.Parse("2026-11-21T03:27:27.942Z", System.Globalization.CultureInfo.InvariantCulture), GatewayLogLevel.Info, "gateway",
                "cron: job updated"),
            (updated.Time!.Value, updated.Level, updated.Subsystem, updated.Text));
        Assert.Contains(answer.Lines, l => l.Subsystem == "gateway/ws" && l.Text.StartsWith("⇄ res ✗", StringComparison.Ordinal));
        Assert.DoesNotContain(answer.Lines, l => l.Text.StartsWith("⇄ res ✓", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_of_the_older_version_are_read_too()
    {
        var answer = GatewayLogAnswer.Parse(GatewayFixture.Payload("2026.5.28/logs.tail"));

        Assert.NotEmpty(answer.Lines);
        Assert.All(answer.Lines, l => Assert.NotEqual("", l.Text));
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("{not json", "{not json")]
    [InlineData("{\"message\":\"\\u001b[31mred\\u0007\"}", "[31mred")]
    [InlineData("{\"message\":\"token=abcdef123456 used\"}", "token=… used")]
    [InlineData("{\"message\":\"Authorization: Bearer sk-abcdefghijklmnopqrst\"}", "Authorization: … …")]
    public void A_line_is_printable_and_without_secrets(string line, string expected)
    {
        var read = Assert.Single(Read(line).Lines);

        Assert.Equal(expected, read.Text);
    }

    [Fact]
    public void Long_lines_are_cut_and_empty_ones_left_out()
    {
        Assert.Equal(GatewayLogLine.MaxText, Assert.Single(Read(new string('x', 200_000)).Lines).Text.Length);
        Assert.Empty(Read("").Lines);
        Assert.Empty(Read("{}").Lines);
        Assert.Throws<FormatException>(() => GatewayLogAnswer.Parse(JsonElement.Parse("""{"lines":{}}""")));
    }

    [Theory]
    [InlineData("cron job b56a9e63-e6b4-49a6-a33a-a42ba3b73537 failed after 2416 ms", "cron job … failed after # ms")]
    [InlineData("conn=08f0297b12ad id=16 took 1.5s", "conn=… id=# took #s")]
    [InlineData("decade feedback", "decade feedback")]
    [InlineData("run_a1b2c3d4e5 of qwen3-30b", "… of qwen#-#b")]
    public void A_signature_has_no_numbers_and_ids(string text, string expected) => Assert.Equal(expected, ErrorSignature.Of(text));

    [Fact]
    public void Errors_that_say_the_same_are_one_group_and_the_oldest_groups_go()
    {
        var errors = new GatewayErrors();
        var at = DateTimeOffset.FromUnixTimeSeconds(1_795_231_635);
        GatewayLogLine Line(string text, GatewayLogLevel level = GatewayLogLevel.Error) => new(at, level, "gateway", text);
        errors.Take(Line("failed after 3 ms", GatewayLogLevel.Warn), at);
        errors.Take(Line("failed after 14 ms"), at.AddSeconds(5));
        errors.Take(Line("nothing", GatewayLogLevel.Info), at);

        var group = Assert.Single(errors.Groups);
        Assert.Equal(
            ("failed after # ms", GatewayLogLevel.Error, 2L, at, at.AddSeconds(5), "failed after 14 ms"),
            (group.Signature, group.Level, group.Count, group.First, group.Last, group.Sample));

        for (var i = 0; i < 3 * GatewayErrors.MaxGroups; i++)
        {
            errors.Take(Line(new string((char)('a' + (i % 26)), 1 + (i / 26))), at.AddSeconds(10 + i));
        }

        Assert.Equal(GatewayErrors.MaxGroups, errors.Groups.Count);
        Assert.DoesNotContain(errors.Groups, g => g.Count == 2);
    }

    private static GatewayLogAnswer Read(string line) =>
        GatewayLogAnswer.Parse(JsonElement.Parse(JsonSerializer.Serialize(new { lines = new[] { line }, cursor = 1, truncated = false })));
}
