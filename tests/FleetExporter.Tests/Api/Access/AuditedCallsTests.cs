using System.Net;
using System.Text.Json;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Access;

/// <summary>Calls that act on a host: in the audit before anything is done, and with their end.</summary>
public sealed class AuditedCallsTests
{
    private const string Yml = "listen: 127.0.0.1:0\nhosts: [{ name: a, address: a.lan, exec: { policy: any } }]\n";
    private const string Kill = "/api/sessions/a%3Atrain/kill";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_is_in_the_audit_while_it_runs_and_once_when_it_has_ended(bool streamed)
    {
        var command = new ReplayCommand();
        var (server, asking) = await RunningAsync(command, streamed);
        await using var _ = server;

        var begun = Assert.Single(await RowsAsync(server));
        Assert.Equal(("exec", "admin", "a", "sleep 40", "begun"), Words(begun));
        Assert.Equal(("null", "null"), (begun.Text("exit_code"), begun.Text("duration_ms")));
        Assert.Contains("{action=\"exec\",outcome=\"ok\"} 0\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);

        server.Clock.Advance(TimeSpan.FromSeconds(3));
        await command.ExitAsync(7);
        using var answer = await asking;
        var text = await answer.Content.ReadAsStringAsync(Stop);
        var ended = Assert.Single(await RowsAsync(server));
        Assert.Equal(("exec", "admin", "a", "sleep 40", "ok"), Words(ended));
        Assert.Equal(
            (begun.Text("id"), begun.Text("at"), "7", "3000"),
            (ended.Text("id"), ended.Text("at"), ended.Text("exit_code"), ended.Text("duration_ms")));
        Assert.False(answer.Headers.Contains("Fleet-Audit"));
        Assert.DoesNotContain("event: audit", text, StringComparison.Ordinal);
        Assert.Contains("{action=\"exec\",outcome=\"ok\"} 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal("2", await server.AskStoreAsync("SELECT COUNT(*) FROM audit"));
    }

    [Fact]
    public async Task Nothing_is_done_on_a_host_that_the_audit_does_not_take()
    {
        var commands = 0;
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () =>
        {
            Interlocked.Increment(ref commands);
            return ReplayCommand.Printing("");
        });
        var (_, asked) = await server.CallAsync("POST", Kill, """{"force":true}""");
        await server.BreakAuditAsync();

        using var exec = await ExecAsync(server, streamed: false);
        using var stream = await ExecAsync(server, streamed: true);
        var killing = JsonSerializer.Serialize(new { force = true, confirmation_token = asked.Text("confirmation_token") });
        using var kill = await PostAsync(server, Kill, killing);

        foreach (var answer in new[] { exec, stream, kill })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
            Assert.Equal(["failed"], answer.Headers.GetValues("Fleet-Audit"));
            Assert.Contains("Nothing was done", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        Assert.Equal(0, commands);
        await server.MendAuditAsync();
        Assert.Equal("asked", Assert.Single(await RowsAsync(server)).Text("outcome"));
        using var again = await ExecAsync(server, streamed: false);
        Assert.Equal((HttpStatusCode.OK, 1), (again.StatusCode, commands));
    }

    [Fact]
    public async Task A_job_does_not_start_that_the_audit_does_not_take()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await server.DoAsync("POST", "/api/dgx/jobs", """{"name":"train","project_id":"vision","config":{"command":"sleep 600"}}""");
        await server.BreakAuditAsync();

        Assert.Equal(503, (await server.CallAsync("POST", "/api/dgx/jobs/train/start")).Status);

        Assert.Equal(0, hosts.Asked("dgx.lan:2222", "start"));
        Assert.Equal("pending", (await server.JsonAsync("/api/dgx/jobs/train")).Text("status"));
        await server.MendAuditAsync();
        Assert.Equal("running", (await server.DoAsync("POST", "/api/dgx/jobs/train/start")).Text("status"));
        await server.BreakAuditAsync();
        Assert.Equal(503, (await server.CallAsync("POST", "/api/dgx/jobs/train/cancel")).Status);
        Assert.Equal("running", (await server.JsonAsync("/api/dgx/jobs/train")).Text("status"));
        Assert.Equal(0, hosts.Asked("dgx.lan:2222", "cancel"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_answered_is_told_that_the_end_is_not_in_the_audit(bool streamed)
    {
        var command = new ReplayCommand();
        var (server, asking) = await RunningAsync(command, streamed);
        await using var _ = server;
        await server.BreakAuditAsync();
        await command.ExitAsync(0);

        using var answer = await asking;
        var text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(!streamed, answer.Headers.Contains("Fleet-Audit"));
        Assert.Equal(streamed, text.Contains("event: audit\ndata: {\"message\":\"The final audit row", StringComparison.Ordinal));
        Assert.Contains("fleet_audit_failures_total 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal("begun", Assert.Single(await RowsAsync(server)).Text("outcome"));
    }

    [Fact]
    public async Task What_acts_on_no_host_is_done_without_the_audit_and_says_so()
    {
        await using var server = await ApiServer.StartAsync(Yml);
        await server.BreakAuditAsync();

        using var answer = await PostAsync(server, "/-/reload", "{}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["failed"], answer.Headers.GetValues("Fleet-Audit"));
        Assert.Contains("fleet_audit_failures_total 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_start_says_of_calls_without_an_end_that_none_is_known()
    {
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () => ReplayCommand.Printing(""));
        using var done = await ExecAsync(server, streamed: false);
        // As a process leaves it that is killed during a command.
        await server.AskStoreAsync(
            "INSERT INTO audit (at, who, address, action, target, command, duration_ms, outcome, instance, run) "
            + "SELECT at, who, address, action, target, 'lost', 0, 'begun', instance, 'before' FROM audit WHERE outcome = 'begun'");
        await server.AskStoreAsync(
            "INSERT INTO audit (at, who, address, action, target, command, duration_ms, outcome, instance, run) "
            + "SELECT at, who, address, action, target, 'of another service', 0, 'begun', 'other', 'before' FROM audit WHERE command = 'lost'");

        await server.RestartAsync();

        await DgxCalls.UntilAsync(async () => (await RowsAsync(server)).Any(r => r.Text("outcome") == "unknown"));
        Assert.Equal(
            ["of another service begun", "lost unknown", "sleep 40 ok"],
            (await RowsAsync(server)).Select(r => $"{r.Text("command")} {r.Text("outcome")}"));
        Assert.Contains("{action=\"exec\",outcome=\"unknown\"} 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        await server.RestartAsync();
        Assert.Single(await RowsAsync(server), r => r.Text("outcome") == "unknown");
        Assert.Equal("1", await server.AskStoreAsync("SELECT COUNT(*) FROM audit WHERE outcome = 'unknown'"));
    }

    [Fact]
    public async Task A_command_with_a_character_that_no_store_takes_is_refused_and_audited()
    {
        await using var server = await ApiServer.StartAsync(Yml);

        Assert.Equal((422, "command"), await server.RefusedAsync("POST", "/api/dgx/exec/a", "{\"command\":\"a\\u0000b\"}"));

        Assert.Equal(("exec", "admin", "a", "a\ufffdb", "failed"), Words(Assert.Single(await RowsAsync(server))));
    }

    /// <summary>A service on which the command has started, and the call that waits for its end.</summary>
    private static async Task<(ApiServer Server, Task<HttpResponseMessage> Asking)> RunningAsync(ReplayCommand command, bool streamed)
    {
        var started = new TaskCompletionSource();
        var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () =>
        {
            started.TrySetResult();
            return command;
        });
        var asking = ExecAsync(server, streamed);
        await started.Task.WaitAsync(Stop);
        return (server, asking);
    }

    private static Task<HttpResponseMessage> ExecAsync(ApiServer server, bool streamed) =>
        PostAsync(server, "/api/dgx/exec/a", """{"command":"sleep 40"}""", streamed ? "text/event-stream" : "application/json");

    private static async Task<HttpResponseMessage> PostAsync(ApiServer server, string path, string json, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json")
        };
        request.Headers.Accept.ParseAdd(accept);
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    private static async Task<IReadOnlyList<JsonElement>> RowsAsync(ApiServer server) =>
        [.. (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray()];

    private static (string, string, string, string, string) Words(JsonElement row) =>
        (row.Text("action"), row.Text("who"), row.Text("target"), row.Text("command"), row.Text("outcome"));
}
