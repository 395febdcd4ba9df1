using System.Text.Json;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Actions;

/// <summary>Kills through the API: what is answered, and what the audit says of it.</summary>
public sealed class KillCallsTests
{
    private const string Path = "/api/sessions/a%3Atrain/kill";
    private const string Gone = "before $1:1767222000:0\nkill \nafter can't find session: $1\n";
    private const string Stays = "before $1:1767222000:0\nkill \nafter $1:1767222000:0\npanes same\n";
    private const string Changed = "before $1:1767222000:0\nafter $1:1767222000:0\npanes other\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Gone, 200, true, "ok")]
    [InlineData(Stays, 200, false, "failed")]
    [InlineData(Changed, 409, null, "failed")]
    [InlineData("before can't find session: $1\n", 409, null, "failed")]
    [InlineData("sh: tmux: not found\n", 502, null, "failed")]
    public async Task The_audit_says_that_it_was_asked_for_and_how_it_came_out(string said, int status, bool? killed, string outcome)
    {
        await using var server = await ApiServer.StartAsync(prepare: shell => shell.Command = () => ReplayCommand.Printing(said));

        var confirmed = await ConfirmedAsync(server);
        Assert.Equal(["kill asked admin a:train"], await RowsAsync(server));
        var (answered, body) = await server.CallAsync("POST", Path, confirmed);

        Assert.Equal(status, answered);
        Assert.Equal(killed, body.TryGetProperty("killed", out var value) ? value.GetBoolean() : null);
        Assert.Equal([$"kill {outcome} admin a:train", "kill asked admin a:train"], await RowsAsync(server));
        var page = await server.TextAsync("/metrics");
        Assert.Contains("{action=\"kill\",outcome=\"asked\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains($"{{action=\"kill\",outcome=\"{outcome}\"}} 1\n", page, StringComparison.Ordinal);
        Assert.Contains($"{{action=\"kill\",outcome=\"{(outcome == "ok" ? "failed" : "ok")}\"}} 0\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_end_the_kill_half_way()
    {
        var command = new ReplayCommand();
        var started = new TaskCompletionSource();
        await using var server = await ApiServer.StartAsync(prepare: shell => shell.Command = () =>
        {
            started.TrySetResult();
            return command;
        });
        var confirmed = await ConfirmedAsync(server);
        using (var leaves = new CancellationTokenSource())
        {
            using var content = new StringContent(confirmed, System.Text.Encoding.UTF8, "application/json");
            var asking = server.Client.PostAsync(Path, content, leaves.Token);
            await started.Task.WaitAsync(Stop);
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        // That nothing comes of it cannot be awaited.
        await Task.WhenAny(command.Cancelled, Task.Delay(500, Stop));
        Assert.False(command.Cancelled.IsCompleted);
        Assert.Equal("kill begun admin a:train", (await RowsAsync(server))[0]);
        await command.PrintAsync(Gone);
        await command.ExitAsync(0);

        await DgxCalls.UntilAsync(async () => (await RowsAsync(server))[0] == "kill ok admin a:train");
        Assert.Equal(2, (await RowsAsync(server)).Count);
    }

    [Fact]
    public async Task Of_two_calls_with_one_token_one_kills()
    {
        var started = 0;
        await using var server = await ApiServer.StartAsync(prepare: shell => shell.Command = () =>
        {
            Interlocked.Increment(ref started);
            return ReplayCommand.Printing(Gone);
        });
        foreach (var _ in Enumerable.Range(0, 20))
        {
            // Wrong tokens run against a limit.
            server.Clock.Advance(TimeSpan.FromSeconds(6));
            var confirmed = await ConfirmedAsync(server);

            var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => server.CallAsync("POST", Path, confirmed)));

            Assert.Equal([200, 403], answers.Select(a => a.Status).Order());
        }

        Assert.Equal(20, started);
    }

    [Fact]
    public async Task The_token_is_for_the_panes_that_were_shown()
    {
        ReplayShell? host = null;
        var scripts = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var server = await ApiServer.StartAsync(prepare: shell =>
        {
            host = shell.Address == "a.lan" ? shell : host;
            shell.Command = () => ReplayCommand.Running(script =>
            {
                scripts.Enqueue(script);
                return Task.FromResult(Changed);
            });
        });
        var (_, asked) = await server.CallAsync("POST", Path, """{"force":true}""");
        Assert.Equal("""["%1"]""", asked.GetProperty("session").GetProperty("panes").GetRawText());

        // The exporter has seen the new window before the confirmation comes: it is not covered all the same.
        host!.Answer("tmux", "U0:alice\nS$1:1767222000:0:2:1767222600::train\nP$1:%1:100:0:1767222600\nP$1:%7:101:0:1767222600\n");
        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await server.JsonAsync("/api/sessions/a%3Atrain")).GetProperty("panes").GetArrayLength() == 2;
        });
        var (status, problem) = await server.CallAsync(
            "POST", Path, JsonSerializer.Serialize(new { force = true, confirmation_token = asked.Text("confirmation_token") }));

        Assert.Equal((409, "The session has changed"), (status, problem.Text("title")));
        Assert.Contains("%1 ", Assert.Single(scripts), StringComparison.Ordinal);
        Assert.DoesNotContain("%7", scripts.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 409)]
    [InlineData(3600, 428)]
    public async Task A_busy_session_is_killed_only_with_force_though_it_is_legacy(int silentFor, int status)
    {
        var printed = new FakeClock().GetUtcNow().ToUnixTimeSeconds() - silentFor;
        await using var server = await ApiServer.StartAsync(
            "legacy_after: 30m\n" + ApiServer.TwoHosts,
            shell => shell.Answer("tmux", $"U0:alice\nS$1:1767222000:0:1:1767222600::train\nP$1:%1:100:0:{printed}\n"));
        var session = await server.JsonAsync("/api/sessions/a%3Atrain");
        Assert.Equal(("legacy", silentFor == 0 ? "True" : ""), (session.Text("status"), session.GetProperty("busy").ToString()));
        if (silentFor > 0)
        {
            // One reading tells nothing of the CPU that it uses.
            var (early, unknown) = await server.CallAsync("POST", Path, "{}");
            Assert.Equal(409, early);
            Assert.StartsWith("The session is possibly busy", unknown.Text("detail"), StringComparison.Ordinal);
            await DgxCalls.UntilAsync(async () =>
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await server.JsonAsync("/api/sessions/a%3Atrain")).GetProperty("busy").ValueKind == JsonValueKind.False;
            });
        }

        var (answered, problem) = await server.CallAsync("POST", Path, "{}");

        Assert.Equal(status, answered);
        Assert.True(status != 409 || problem.Text("detail").StartsWith("The session is busy: it prints", StringComparison.Ordinal), $"{problem}");
        Assert.Equal(428, (await server.CallAsync("POST", Path, """{"force":true}""")).Status);
    }

    /// <summary>The body of the second call.</summary>
    private static async Task<string> ConfirmedAsync(ApiServer server)
    {
        var (status, asked) = await server.CallAsync("POST", Path, """{"force":true}""");
        Assert.Equal(428, status);
        return JsonSerializer.Serialize(new { force = true, confirmation_token = asked.Text("confirmation_token") });
    }

    private static async Task<List<string>> RowsAsync(ApiServer server) =>
        [.. (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().Select(r =>
            $"{r.Text("action")} {r.Text("outcome")} {r.Text("who")} {r.Text("target")}")];
}
