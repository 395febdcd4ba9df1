using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>What is read of agents, sub-agents and the gateway's machine.</summary>
public sealed class GatewayAgentParserTests
{
    [Fact]
    public void Agents_of_both_versions()
    {
        Assert.Equal(
            [new("main", null, null, "fake/fake-chat", true), new GatewayAgent("helper-bot", "Helper Bot", "🤖", "fake/fake-chat", false)],
            GatewayAgents.Parse(GatewayFixture.Payload("agents.list.two")).Agents);
        Assert.Equal(
            [new GatewayAgent("main", null, null, "fake/fake-chat", true)],
            GatewayAgents.Parse(GatewayFixture.Payload("2026.5.28/agents.list")).Agents);
    }

    [Fact]
    public void Agents_are_limited_and_their_texts_printable()
    {
        var rows = string.Join(',', Enumerable.Range(0, 10_000).Select(i =>
            $$"""{"id":"a{{i}}","name":"<b>\u001b\u202e","identity":{"emoji":"{{new string('x', 50)}}"},"model":"m"}"""));

        var agents = GatewayAgents.Parse(JsonElement.Parse($$"""{"agents":[{{rows}}]}""")).Agents;

        Assert.Equal(GatewayAgents.MaxAgents, agents.Count);
        Assert.Equal(new GatewayAgent("a0", "<b>", new string('x', 16), "m", false), agents[0]);
    }

    [Theory]
    [InlineData("", "100b2c29-5c49-4eb5-9f0c-b18fe03f241c", 1795231584729)]
    [InlineData("2026.5.28/", "73640f69-1717-429d-af71-770fcae6a44d", 1795231804184)]
    public void Sub_agents_of_both_versions(string folder, string session, long started)
    {
        var task = GatewayTasks.Parse(GatewayFixture.Payload($"{folder}tasks.list")).Tasks.Single(t => t.Runtime == "subagent");

        Assert.Equal(
            ("helper", "main", $"agent:main:subagent:{session}", "agent:main:main", "completed"),
            (task.Title, task.Agent, task.Session, task.Parent, task.Status));
        Assert.Equal(started, task.StartedAt?.ToUnixTimeMilliseconds());
        Assert.True(task.EndedAt > task.StartedAt);
        Assert.Null(task.Error);
    }

    [Fact]
    public void A_task_has_its_error_and_no_parent_if_it_runs_in_its_own_session()
    {
        var tasks = GatewayTasks.Parse(GatewayFixture.Payload("tasks.list")).Tasks;

        Assert.Equal("command exited with code 3", tasks.Single(t => t.Title == "command-fails").Error);
        Assert.All(tasks.Where(t => t.Runtime == "cli"), t => Assert.Null(t.Parent));
    }

    [Theory]
    [InlineData("running", 601, true)]
    [InlineData("running", 600, false)]
    [InlineData("running", -600, false)]
    [InlineData("queued", 6000, false)]
    public void A_sub_agent_is_stuck_after_ten_minutes(string status, int age, bool stuck)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(stuck, new GatewayTask("t", "subagent", status, "main", now.AddSeconds(-age)).IsStuck(now));
        Assert.False(new GatewayTask("t", "subagent", status, "main", null).IsStuck(now));
    }

    [Fact]
    public void The_machine_of_the_gateway()
    {
        var system = GatewaySystem.Parse(GatewayFixture.Payload("system.info"));

        Assert.Equal(
            (16541, "v26.10.0", "openclaw-host", "linux", "6.1.0-42-amd64", "x64"),
            (system.Pid, system.NodeVersion, system.Hostname, system.Platform, system.Release, system.Arch));
        Assert.Equal(
            (2, "AMD EPYC", 25276510208, 22704185344, 500720200, 527740928),
            (system.CpuCount, system.CpuModel, system.MemoryTotal, system.MemoryFree, system.HeapUsed, system.HeapTotal));
        Assert.Equal([0.83, 1.79, 3.1], system.Load!);
        Assert.Equal([new GatewayDisk("/", 270553174016, 75317346304)], system.Disks!);
    }

    [Theory]
    [InlineData("""{"uptimeMs":1}""")]
    [InlineData("""{"uptimeMs":1,"loadAverage":[1,2],"disks":{},"processMemory":7,"pid":"1"}""")]
    [InlineData("""{"uptimeMs":1,"loadAverage":[1,-2,3]}""")]
    public void What_the_gateway_does_not_tell_of_its_machine_is_null(string json)
    {
        var system = GatewaySystem.Parse(JsonElement.Parse(json));

        Assert.Equal(new GatewaySystem(TimeSpan.FromMilliseconds(1), null, null), system);
    }
}
