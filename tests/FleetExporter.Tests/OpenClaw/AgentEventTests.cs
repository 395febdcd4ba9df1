using System.Text.Json;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Events of agents: those recorded, hostile ones, too many of them.</summary>
public sealed class AgentEventTests
{
    [Fact]
    public void Of_the_recorded_runs_those_that_are_news_are_kept()
    {
        var events = GatewayFixture.Read("events.run").EnumerateArray()
            .Select(e => AgentEvent.Parse(e.Text("event")!, e.Member("payload") ?? default)).OfType<AgentEvent>().ToList();

        Assert.Equal(
            ["RunStarted", "Message", "ToolStarted", "ToolEnded", "RunEnded", "Message", "SessionCreated", "RunFailed"],
            events.Select(e => $"{e.Kind}"));
        Assert.All(events, e => Assert.Equal("main", e.Agent));
        Assert.All(events, e => Assert.NotNull(e.Time));
        Assert.Equal(("read", "Read from AGENTS.md", false), (events[3].Tool, events[3].Text, events[3].Failed));
        Assert.Equal(("agent:main:main", "main"), (events[0].Session, events[0].SessionType));
        Assert.Equal("b040e83c-e2a3-4820-9b52-236a8846513a", events[0].Run);
        Assert.Equal(("user", "USE_READ please read a file"), (events[1].Role, events[1].Text));
        Assert.Equal(("assistant", "Fake answer number 3 from the loopback model."), (events[5].Role, events[5].Text));
        Assert.Equal("subagent", events[6].SessionType);
        Assert.StartsWith("LLM request failed", events[7].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_the_recorded_cron_events_those_of_runs_are_kept()
    {
        var events = GatewayFixture.Read("events.cron").EnumerateArray()
            .Select(e => AgentEvent.Parse(e.Text("event")!, e.Member("payload") ?? default)).OfType<AgentEvent>().ToList();

        Assert.Equal(5, events.Count(e => e.Kind == AgentEventKind.CronStarted));
        Assert.Equal(5, events.Count(e => e.Kind == AgentEventKind.CronEnded));
        Assert.All(events, e => Assert.NotNull(e.Time));
        var failed = events.First(e => e is { Kind: AgentEventKind.CronEnded, Failed: true });
        Assert.Equal(("command-fails", "cron"), (failed.Text, failed.SessionType));
        Assert.Contains(events, e => e is { Kind: AgentEventKind.CronEnded, Failed: false, Text: "nightly-report" });
    }

    [Fact]
    public void An_aborted_run_has_failed()
    {
        var aborted = Parse(
            "agent", """{"stream":"lifecycle","data":{"phase":"end","aborted":true,"stopReason":"aborted"},"sessionKey":"agent:a:main"}""");

        Assert.Equal((AgentEventKind.RunFailed, "aborted aborted", "a"), (aborted!.Kind, aborted.Text, aborted.Agent));
    }

    [Theory]
    [InlineData("agent", "[]")]
    [InlineData("agent", """{"stream":{"a":1},"data":[1]}""")]
    [InlineData("agent", """{"stream":"assistant","data":{"text":"x"}}""")]
    [InlineData("chat", """{"state":"delta","message":{"content":"x"}}""")]
    [InlineData("health", "{}")]
    [InlineData("tick", "null")]
    public void Anything_else_is_none(string name, string payload) => Assert.Null(Parse(name, payload));

    [Fact]
    public void Texts_of_agents_are_capped_and_printable()
    {
        var text = new string('x', 100_000);
        var said = Parse(
            "chat", $$$"""{"state":"final","sessionKey":"a\u0007{{{text}}}","message":{"content":[{"text":"\u001b[31m{{{text}}}"}]}}""")!;

        Assert.Equal(AgentEvent.MaxText, said.Text!.Length + 1);
        Assert.DoesNotContain('\u001b', said.Text);
        Assert.True(said.Session!.Length <= GatewayName.MaxLength);
    }

    [Fact]
    public void Of_a_flood_the_first_ones_are_kept_and_the_others_counted()
    {
        var clock = new FakeClock();
        var events = new AgentEvents(clock);
        var one = new AgentEvent(AgentEventKind.RunStarted, null, "a", null, null, null, null, null, null);
        for (var i = 0; i < 10_000; i++)
        {
            events.Add(one);
        }

        Assert.Equal((AgentEvents.Kept, 10_000 - AgentEvents.Kept), (events.Since(0).Count, events.Dropped));
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10_000; i++)
        {
            events.Add(one);
        }

        Assert.Equal(AgentEvents.PerSecond, events.Since(AgentEvents.Kept).Count);
        Assert.Equal(AgentEvents.Kept, events.Since(0).Count);
        Assert.Equal(AgentEvents.Kept + AgentEvents.PerSecond, events.Since(0)[^1].Number);
        Assert.Empty(events.Since(AgentEvents.Kept + AgentEvents.PerSecond));
    }

    [Fact]
    public void Cron_jobs_begin_and_end_between_two_answers()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_795_231_635);
        var idle = new GatewayCron("c", "nightly", "main", "", true, at, null, TimeSpan.FromSeconds(2), true, null, 0, false);
        GatewayCrons Of(GatewayCron cron) => new([cron], null);

        Assert.Empty(CronChanges.Between(null, Of(idle)));
        Assert.Empty(CronChanges.Between(Of(idle), Of(idle)));
        var begun = Assert.Single(CronChanges.Between(Of(idle), Of(idle with { Running = true })));
        Assert.Equal((AgentEventKind.CronStarted, "nightly", "agent:main:cron:c"), (begun.Kind, begun.Text, begun.Session));
        var failed = idle with { LastRun = at.AddHours(1), Succeeded = false };
        var ended = Assert.Single(CronChanges.Between(Of(idle with { Running = true }), Of(failed)));
        Assert.Equal((AgentEventKind.CronEnded, true, at.AddHours(1).AddSeconds(2)), (ended.Kind, ended.Failed!.Value, ended.Time!.Value));
    }

    private static AgentEvent? Parse(string name, string payload) => AgentEvent.Parse(name, JsonElement.Parse(payload));
}
