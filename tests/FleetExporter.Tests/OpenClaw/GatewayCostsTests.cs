using System.Globalization;
using System.Text.Json;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Cost by window, model, agent and cron job, from sessions.usage.</summary>
public sealed class GatewayCostsTests
{
    private const string Report = "b56a9e63-e6b4-49a6-a33a-a42ba3b73537";
    private const string Broken = "ab13ce1e-550c-4041-aa3e-8d06e749d206";

    [Fact]
    public void Costs_of_cron_jobs_and_subagents_come_from_the_keys_of_the_recorded_sessions()
    {
        var usage = GatewayUsage.Parse(GatewayFixture.Payload("sessions.usage"));

        Assert.Equal(0.087975m, usage.Cost);
        Assert.Equal([(Broken, 0m), (Report, 0.004785m)], usage.Crons!.OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
        Assert.Equal(
            new GatewayTokens(1150, 85, 200, 0, 0.004785) { Calls = 1 }, Assert.Contains("fake-chat", usage.Subagents!));
        Assert.Empty(GatewayUsage.Parse(GatewayFixture.Payload("2026.5.28/sessions.usage")).Crons!);
    }

    [Theory]
    [InlineData("agent:main:cron:j1", "j1")]
    [InlineData("agent:main:cron:j1:run:5", "j1")]
    [InlineData("agent:main:cron:a:b:run:5", "a:b")]
    [InlineData("agent:main:cron:j1:subagent:5", "j1")]
    [InlineData("agent:main:cron:", null)]
    [InlineData("agent:main:cron", null)]
    [InlineData("agent:main:main", null)]
    [InlineData("cron:j1", null)]
    [InlineData(null, null)]
    public void The_job_of_a_session_is_in_its_key(string? key, string? job) => Assert.Equal(job, GatewaySessionUsage.CronOf(key));

    [Fact]
    public void Cron_jobs_and_the_rest_are_the_total_to_the_cent()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var costs = Enumerable.Range(0, 1 + random.Next(200)).Select(i => (
                Key: random.Next(3) == 0 ? $"agent:main:chat{i}" : $"agent:main:cron:j{random.Next(20)}:run:{i}",
                Cost: random.Next(4) switch { 0 => 0.1, 1 => 1.0 / 3, 2 => random.NextDouble() * 1e-7, _ => random.NextDouble() * 1e4 })).ToList();

            // A gateway adds up doubles, in its own order.
            var total = costs.Select(c => c.Cost).OrderBy(_ => random.Next()).Sum();
            var window = GatewayCosts.Of(Windows(Usage(total, costs)))[0];

            Assert.Equal((decimal)total, window.Total);
            Assert.Equal(decimal.Round(window.Total!.Value, 2), decimal.Round(window.Crons!.Values.Sum() + window.Other!.Value, 2));
            Assert.InRange(Math.Abs(window.Total.Value - window.Crons.Values.Sum() - window.Other.Value), 0, 0.000001m);
        }
    }

    [Fact]
    public void Awkward_fractions_add_up_exactly()
    {
        var window = GatewayCosts.Of(Windows(Usage(
            0.1 + 0.2 + 0.7, [("agent:main:cron:a", 0.1), ("agent:main:cron:a:run:1", 0.2), ("agent:main:main", 0.7)])))[0];

        Assert.Equal((1.0m, 0.3m, 0.7m), (window.Total, window.Crons!["a"], window.Other));
    }

    [Fact]
    public void A_job_that_changed_its_model_has_one_cost()
    {
        var usage = GatewayUsage.Parse(JsonElement.Parse("""
            {"sessions":[{"key":"agent:main:cron:a","model":"new","usage":{"input":3,"output":0,"totalCost":0.3,"modelUsage":[
              {"model":"old","count":2,"totals":{"input":1,"output":0,"totalCost":0.1}},
              {"model":"new","count":1,"totals":{"input":2,"output":0,"totalCost":0.2}}]}}],
             "totals":{"input":3,"output":0,"totalCost":0.30000000000000004},"aggregates":{"byModel":[
              {"model":"old","totals":{"input":1,"output":0,"totalCost":0.1}},{"model":"new","totals":{"input":2,"output":0,"totalCost":0.2}}]}}
            """));
        var window = GatewayCosts.Of(Windows(usage))[0];

        Assert.Equal((0.3m, 0.3m, 0m), (window.Total, window.Crons!["a"], window.Other));
        Assert.Equal((0.1m, 0.2m), (window.Models["old"], window.Models["new"]));
    }

    [Theory]
    [InlineData("""{"sessions":[],"aggregates":{"sessionCount":1,"byModel":[]}}""")]
    [InlineData(null)]
    public void Costs_of_cron_jobs_are_unknown_if_the_gateway_lists_fewer_sessions_than_it_has(string? json)
    {
        var sessions = Enumerable.Range(0, 1000).Select(i => ($"agent:main:cron:j{i}", 0.01));
        var usage = json is null ? Usage(20, sessions) : GatewayUsage.Parse(JsonElement.Parse(
            json.Insert(1, """
                "totals":{"input":1,"output":1,"totalCost":20},
                """)));

        Assert.Null(usage.Crons);
        Assert.Null(usage.Subagents);
        var window = GatewayCosts.Of(Windows(usage))[0];
        Assert.Equal((20m, null, null, CostGap.TooManySessions), (window.Total, window.Crons, window.Other, window.Gap));
    }

    [Fact]
    public void Costs_that_contradict_each_other_are_unknown()
    {
        var window = GatewayCosts.Of(Windows(Usage(1, [("agent:main:cron:a", 1.5)])))[0];

        Assert.Equal((1m, null, null, CostGap.Inconsistent), (window.Total, window.Crons, window.Other, window.Gap));
    }

    [Fact]
    public void Nothing_yet_is_not_zero()
    {
        var unsettled = Windows(GatewayUsage.Parse(GatewayFixture.Payload("2026.5.28/sessions.usage")));

        Assert.Equal((null, CostGap.Refreshing), (GatewayCosts.Of(unsettled)[0].Total, GatewayCosts.Of(unsettled)[0].Gap));
        Assert.Equal(
            CostGap.TooManyAgents, GatewayCosts.Of(Windows(Usage(1, [])) with { AgentsLeftOut = true })[0].Gap);
        Assert.All(GatewayCosts.Of(new GatewayWindows([])), w => Assert.Null(w.Total));
    }

    [Fact]
    public void Days_that_are_not_listed_had_no_use()
    {
        var (from, to) = (new DateOnly(2026, 11, 19), new DateOnly(2026, 11, 21));
        var older = GatewayCost.Parse(GatewayFixture.Payload("2026.5.28/usage.cost"));

        Assert.Equal(
            [new(from, 0, 0), new(from.AddDays(1), 0, 0), new(to, 0.004635m, 1385)],
            (older with { Settled = true }).Days(from, to)!);
        // The recorded gateway was still adding up.
        Assert.Equal([new(from, null, null), new(from.AddDays(1), null, null), new(to, 0.004635m, 1385)], older.Days(from, to)!);
        Assert.Equal(new(to, 0.087975m, 26925), GatewayCost.Parse(GatewayFixture.Payload("usage.cost")).Days(from, to)![^1]);
        Assert.Null(GatewayCost.Parse(JsonElement.Parse("""{"totals":{"totalCost":1}}""")).Days(from, to));
        Assert.Equal(
            [new(to, null, null)],
            GatewayCost.Parse(JsonElement.Parse(
                """{"totals":{"totalCost":1},"daily":[{"date":"2026-11-21","totalCost":-1},{"date":"2026-11-21","totalCost":1},{"date":"soon"}]}"""))
                .Days(to, to)!);
    }

    [Fact]
    public void Models_beyond_a_limit_are_summed()
    {
        var rows = string.Join(',', Enumerable.Range(0, 300).Select(i =>
            $$$"""{"model":"m{{{i}}}","totals":{"input":1,"output":0,"totalCost":{{{i}}}}}"""));
        var models = GatewayUsage.Parse(JsonElement.Parse(
            $$$"""{"totals":{"input":300,"output":0,"totalCost":44850},"aggregates":{"byModel":[{{{rows}}}]}}""")).Models;

        Assert.Equal((201, 100, 4950), (models.Count, models[GatewayUsage.NoModel].Input, models[GatewayUsage.NoModel].Cost));
    }

    [Fact]
    public async Task Windows_of_two_days_are_asked_for_again()
    {
        var clock = new FakeClock();
        clock.SetWall(new DateTimeOffset(2026, 11, 20, 23, 59, 59, TimeSpan.Zero) - clock.GetUtcNow());
        await using var gateway = await FakeGateway.StartAsync();
        await using var watched = new PolledGateway(gateway.Url, clock);
        var midnight = false;
        gateway.AnswerOverride = (method, _) =>
        {
            if (method == "sessions.usage" && !midnight)
            {
                midnight = true;
                clock.SetWall(TimeSpan.FromSeconds(2));
            }

            return Task.FromResult(false);
        };

        Assert.Null((await watched.PollAsync()).Usage);
        var usage = (await watched.PollAsync()).Usage!;

        Assert.Equal((new DateOnly(2026, 11, 21), true), (usage.Day!.Value, usage.Settled));
        Assert.All(GatewayCosts.Of(usage), w => Assert.Equal(w.Total, w.Crons!.Values.Sum() + w.Other));
        Assert.Contains(
            "\"startDate\":\"2026-11-21\"", gateway.Requests.Last(r => r.Method == "sessions.usage" && r.Parameters.Contains("startDate")).Parameters,
            StringComparison.Ordinal);
    }

    private static GatewayWindows Windows(GatewayUsage usage) => new([.. GatewayCosts.Windows.Select(w => new GatewayWindow("main", w, usage))]);

    private static GatewayUsage Usage(double total, IEnumerable<(string Key, double Cost)> sessions) => GatewayUsage.Parse(JsonElement.Parse(
        $$$"""{"totals":{"input":1,"output":1,"totalCost":{{{Number(total)}}}},"aggregates":{"byModel":[]},"sessions":["""
            + string.Join(',', sessions.Select(s => $$$"""{"key":"{{{s.Key}}}","usage":{"input":1,"output":1,"totalCost":{{{Number(s.Cost)}}}}}"""))
            + "]}"));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
