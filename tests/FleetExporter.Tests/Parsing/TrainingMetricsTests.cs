using FleetExporter.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Parsing;

public sealed class TrainingMetricsTests
{
    private const string Mark = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("""{"loss": 0.5, "epoch": 3}""", """{"loss":0.5,"epoch":3}""")]
    [InlineData("{\"loss\": 1}\nstep 7\n{'loss': 2}\n{\"note\": \"no number\"}", """{"loss":1}""")]
    [InlineData("{\"a\": 1}\n{\"b\": 2}", """{"b":2}""")]
    [InlineData("""{"a": 1, "s": "x", "t": true, "n": null, "o": {"p": 1}, "l": [1]}""", """{"a":1}""")]
    [InlineData("""{"a": 1, "a": 2}""", """{"a":2}""")]
    [InlineData("""{"a": 1e999, "b": 1}""", """{"b":1}""")]
    [InlineData("""{"loss": NaN}""", "{}")]
    [InlineData("""{"\ud800": 1}""", "{}")]
    [InlineData("""{"": 1, "tab\t": 2}""", "{}")]
    [InlineData("""[{"a": 1}]""", "{}")]
    [InlineData("{", "{}")]
    [InlineData("", "{}")]
    public void The_last_object_with_numbers_counts(string printed, string expected) =>
        Assert.Equal(expected, TrainingMetrics.Last(printed.Split('\n')).ToJsonString());

    [Fact]
    public void Names_are_limited_in_length_and_number()
    {
        var many = "{" + string.Join(',', Enumerable.Range(0, 500).Select(n => $"\"m{n}\": {n}")) + "}";

        Assert.Equal(TrainingMetrics.MaxNames, TrainingMetrics.Last([many]).Count);
        Assert.Empty(TrainingMetrics.Last([$$"""{"{{new string('x', TrainingMetrics.MaxNameLength + 1)}}": 1}"""]));
    }

    [Fact]
    public void Arbitrary_lines_do_not_throw() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string[]>(), lines =>
    {
        var found = TrainingMetrics.Last((lines ?? []).SelectMany(l => new[] { l ?? "", $"{{{l}}}", $"{{\"{l}\": 1}}", $"{{\"a\": {l}}}" }));
        return found.All(m => double.IsFinite(m.Value!.GetValue<double>()) && TrainingMetrics.IsName(m.Key));
    }));

    [Fact]
    public void A_poll_separates_the_panes()
    {
        var poll = JobPoll.Parse(
            $$"""
            noise
            @{{Mark}} up 1000.5
            @{{Mark}} tmux 0 
            @{{Mark}} pane a 0 - - -
            {"loss": 1}
            @{{Mark}} pane b 1 3 - -
            @{{Mark}} tail b
            one

            two
            @{{Mark}} pane c 1 - - 9
            @{{Mark}} tail c

            @{{Mark}} pane d 1 - - -
            @{{Mark}} pane e 1 - 0 -
            @{{Mark}} end

            """, Mark)!;

        Assert.Equal((TimeSpan.FromSeconds(1000.5), null), (poll.Uptime, poll.Failure));
        Assert.Equal(
            [("a", false, null), ("b", true, 3), ("c", true, 137), ("d", true, null), ("e", true, 0)],
            poll.Panes.Select(p => (p.Job, p.Dead, p.ExitCode)));
        Assert.Equal("""{"loss":1}""", poll.Panes[0].Metrics.ToJsonString());
        Assert.Equal("one\n\ntwo", poll.Panes[1].Tail);
    }

    [Theory]
    [InlineData("0 ", null)]
    [InlineData("1 no server running on /tmp/tmux-1000/default", null)]
    [InlineData("1 error connecting to /tmp/tmux-1000/default (No such file or directory)", null)]
    [InlineData("1 error connecting to /tmp/tmux-1000/default (Permission denied)", "error connecting to /tmp/tmux-1000/default (Permission denied)")]
    [InlineData("127 ", "tmux exited with status 127")]
    public void A_tmux_failure_differs_from_no_session(string message, string? failure) =>
        Assert.Equal(failure, JobPoll.Parse($"@{Mark} up 1\n@{Mark} tmux {message}\n@{Mark} end\n", Mark)!.Failure);

    [Theory]
    [InlineData("")]
    [InlineData("@M up 1\n@M tmux 0 \n@M pane a 0 - - -\n")]
    [InlineData("@M up x\n@M tmux 0 \n@M end\n")]
    [InlineData("@M tmux 0 \n@M end\n")]
    [InlineData("@M up 1\n@M end\n")]
    [InlineData("@M up 1\n@M tmux 0 \n@M other\n@M end\n")]
    public void An_incomplete_poll_is_rejected(string text) =>
        Assert.Null(JobPoll.Parse(text.Replace("@M", "@" + Mark, StringComparison.Ordinal), Mark));

    [Fact]
    public void Arbitrary_output_does_not_throw() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string[]>(), pieces =>
    {
        var words = new[] { "up 1", "tmux 0 ", "pane a 1 - - -", "tail a", "end" };
        var lines = (pieces ?? []).SelectMany((p, n) => new[] { $"@{Mark} {words[n % words.Length]}", p ?? "", $"@{Mark} {p}", $"@{Mark} pane {p}" });
        var poll = JobPoll.Parse(string.Join('\n', lines), Mark);
        return poll is null || poll.Panes.All(p => p.ExitCode is null or (>= 0 and <= 383));
    }));
}
