using System.Text.Json;
using FleetExporter.Tests.Api.Resources;
using FleetExporter.Tests.OpenClaw;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>Cron jobs and their runs: the values of the recordings.</summary>
public sealed class CronsTests
{
    private const string Report = "b56a9e63-e6b4-49a6-a33a-a42ba3b73537";
    private const string Broken = "ab13ce1e-550c-4041-aa3e-8d06e749d206";

    private static readonly (string Name, string Version)[] Claw = [("claw", "")];

    [Fact]
    public async Task Jobs_are_those_of_the_recordings_failing_ones_first()
    {
        await using var server = await CostServer.StartAsync([("claw", ""), ("old", "2026.5.28")]);

        var crons = await server.ItemsAsync("crons");

        Assert.Equal(
            [
                "claw/broken-model-job", "old/broken-model-job", "claw/command-fails", "claw/Memory Dreaming Promotion", "claw/nightly-report",
                "old/nightly-report", "claw/Skill collection review (main)", "claw/Heartbeat (main)", "claw/command-ok", "claw/one-shot-disabled",
                "old/one-shot-disabled",
            ],
            crons.Select(c => $"{c.Text("gateway")}/{c.Text("name")}"));
        var broken = crons[0];
        Assert.Equal(
            (Broken, "main", "true", "every 3600s", "every hour", "2026-11-21T04:27:15.806+00:00", "error", "2.416", "format", "2", "0"),
            (broken.Text("id"), broken.Text("agent"), broken.Text("enabled"), broken.Text("schedule"), broken.Text("schedule_text"),
                broken.Text("next_run_at"), broken.Text("last_status"), broken.Text("last_duration_seconds"), broken.Text("error_reason"),
                broken.Text("consecutive_errors"), broken.Text("consecutive_skipped")));
        Assert.Equal(
            ("false", "true", "not_requested", "fake/fake-broken", "false", "agentTurn"),
            (broken.Text("running"), broken.Text("overdue"), broken.Text("delivery"), broken.Text("model"), broken.Text("flapping"),
                broken.Text("payload_kind")));
        Assert.StartsWith("LLM request failed", broken.Text("last_error"), StringComparison.Ordinal);
        var report = crons.Single(c => c.Text("id") == Report);
        Assert.Equal(
            ("every day at 04:00 (Europe/Berlin)", "0.004785", "null", "fake-chat"),
            (report.Text("schedule_text"), report.GetProperty("usd").Text("30d"), report.Text("last_error"), report.Text("model")));
        Assert.Equal(
            "2026-11-22T03:00:00+00:00", report.GetProperty("next_runs").EnumerateArray().First().GetString());
        Assert.All(crons.Where(c => c.Text("enabled") == "false"), c => Assert.Equal("[]", c.Text("next_runs")));
        Assert.Equal("null", crons.First(c => c.Text("gateway") == "old").GetProperty("usd").Text("today"));
    }

    [Fact]
    public async Task What_a_job_runs_is_nowhere()
    {
        await using var server = await CostServer.StartAsync(Claw);

        var text = await server.TextAsync("crons") + await server.TextAsync("costs");

        Assert.All(["/bin/", "This always fails", "Write the nightly", "Reminder text", "short_term_promotion"], secret =>
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("gateway=claw&status=error", "broken-model-job command-fails")]
    [InlineData("gateway=claw&status=disabled", "Heartbeat (main) command-ok one-shot-disabled")]
    [InlineData("gateway=claw&status=ok,skipped", "nightly-report command-ok")]
    [InlineData("status=running", "")]
    [InlineData("gateway=claw&status=overdue", "broken-model-job command-fails")]
    [InlineData("gateway=claw&q=REPORT", "nightly-report")]
    [InlineData("gateway=claw&q=b56a9e63", "nightly-report")]
    [InlineData("gateway=claw&agent=nobody", "")]
    [InlineData("gateway=old&agent=main", "")] // that version does not say whose they are
    public async Task Jobs_are_filtered(string query, string names)
    {
        await using var server = await CostServer.StartAsync([("claw", ""), ("old", "2026.5.28")]);

        Assert.Equal(names, string.Join(' ', (await server.ItemsAsync($"crons?{query}")).Select(c => c.Text("name"))));
    }

    [Theory]
    [InlineData("crons?gateway=nope", 404)]
    [InlineData("crons?status=broken", 400)]
    [InlineData("crons?limit=0", 400)]
    [InlineData("crons/nope/runs", 404)]
    [InlineData("crons/a%2Fb%1b/runs", 404)]
    [InlineData($"crons/{Report}/runs?gateway=nope", 404)]
    [InlineData($"crons/{Report}/runs", 400)] // two gateways have it
    public async Task A_wrong_request_has_a_problem(string path, int status)
    {
        await using var server = await CostServer.StartAsync([("claw", ""), ("twin", "")]);

        Assert.Equal(status, (await server.FailAsync(path)).Status);
    }

    [Fact]
    public async Task Runs_are_read_now()
    {
        await using var server = await CostServer.StartAsync(
            [("claw", ""), ("twin", "")], new Dictionary<string, string> { ["cron.runs"] = GatewayFixture.Payload("cron.runs.job").GetRawText() });

        var runs = await server.JsonAsync($"crons/{Broken}/runs?gateway=twin");

        Assert.Equal(
            ("twin", "box", "2026-11-21T16:00:00+00:00", Broken, "broken-model-job", "2"),
            (runs.Text("gateway"), runs.Text("host"), runs.Text("at"), runs.Text("id"), runs.Text("name"), runs.Text("total")));
        var run = runs.GetProperty("items").EnumerateArray().First();
        Assert.Equal(
            ("2026-11-21T03:27:23.917+00:00", "error", "2.416", "format", "not_requested", "fake-broken", "null", "null"),
            (run.Text("at"), run.Text("status"), run.Text("duration_seconds"), run.Text("error_reason"), run.Text("delivery"), run.Text("model"),
                run.Text("tokens"), run.Text("summary")));
        Assert.Equal($"agent:main:cron:{Broken}:run:c2fc0e61-9b6e-460a-b939-1ceede554c13", run.Text("session_key"));
        Assert.Equal(
            $$"""{"id":"{{Broken}}","limit":100,"scope":"job"}""", server["twin"].Requests.Last(r => r.Method == "cron.runs").Parameters);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_a_502_with_the_reason()
    {
        await using var server = await CostServer.StartAsync(Claw);
        var path = $"crons/{Report}/runs";
        server["claw"].AnswerOverride = async (method, connection) =>
        {
            await connection.TextAsync(method == "cron.runs"
                ? FakeGateway.Error(connection.Id, """{"code":"BUSY","message":"try\u0000 later"}""") : FakeGateway.Answer(connection.Id, "{}"));
            return true;
        };
        var (status, problem) = await server.FailAsync(path);
        Assert.Equal((502, "claw: reported_error: cron.runs: BUSY try  later"), (status, problem.Text("detail")));

        server["claw"].AnswerOverride = async (_, connection) =>
        {
            await connection.TextAsync(FakeGateway.Answer(connection.Id, "[]"));
            return true;
        };
        Assert.Equal("claw: unknown_shape: cron.runs: not an object", (await server.FailAsync(path)).Problem.Text("detail"));

        var asked = new TaskCompletionSource();
        server["claw"].AnswerOverride = (_, _) => Task.FromResult(asked.TrySetResult() || true);
        var failing = server.FailAsync(path);
        await asked.Task;
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        (status, problem) = await failing;
        Assert.Equal((502, "claw: timeout: no answer within 5s"), (status, problem.Text("detail")));
    }

    [Fact]
    public async Task A_thousand_jobs_are_read_in_pages_and_hostile_texts_are_harmless()
    {
        await using var server = await CostServer.StartAsync(Claw);
        server["claw"].AnswerOverride = async (method, connection) =>
        {
            if (method != "cron.list")
            {
                return false;
            }

            var offset = JsonElement.Parse(server["claw"].Requests.Last(r => r.Method == "cron.list").Parameters).GetProperty("offset").GetInt32();
            var jobs = string.Join(',', Enumerable.Range(offset, 200).Select(i => $$$"""
                {"id":"j{{{i}}}","name":"<script>{{{i}}}\u001b\u202e{{{new string('n', 900)}}}","enabled":true,
                "schedule":{"kind":"cron","expr":"0 4 1-7 * 1","tz":"Europe/Berlin"},
                "state":{"nextRunAtMs":{{{1795316400000 + i}}},"lastStatus":"ok","lastError":"{{{new string('e', 900)}}}"}}
                """));
            await connection.TextAsync(FakeGateway.Answer(
                connection.Id, $$"""{"jobs":[{{jobs}}],"total":5000,"hasMore":true,"nextOffset":{{offset + 200}}}"""));
            return true;
        };
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await server.PollAsync();
        await server.PollAsync();

        var first = await server.JsonAsync("crons?limit=500");
        var second = await server.JsonAsync($"crons?limit=500&cursor={Uri.EscapeDataString(first.Text("next_cursor"))}");

        var all = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"j{i}"), all.Select(c => c.Text("id")));
        Assert.Equal("null", second.Text("next_cursor"));
        var source = Assert.Single(first.GetProperty("sources").EnumerateArray());
        Assert.Equal(("claw", "box", "null", "5000", "1000"), (
            source.Text("gateway"), source.Text("host"), source.Text("reason"), source.Text("total"), source.Text("shown")));
        Assert.All(all, c => Assert.True(c.Text("name").Length <= 64 && !c.Text("name").Any(char.IsControl)));
    }

    [Fact]
    public async Task More_rows_than_any_gateway_has_are_no_answer()
    {
        var rows = string.Join(',', Enumerable.Range(0, 10_001).Select(i => $$"""{"id":"j{{i}}"}"""));
        await using var server = await CostServer.StartAsync(Claw, new Dictionary<string, string> { ["cron.list"] = $$"""{"jobs":[{{rows}}]}""" });

        var answer = await server.JsonAsync("crons");

        Assert.Empty(answer.GetProperty("items").EnumerateArray());
        var source = Assert.Single(answer.GetProperty("sources").EnumerateArray());
        Assert.Equal(("unknown_shape", "null", "null"), (source.Text("reason"), source.Text("total"), source.Text("shown")));
    }
}
