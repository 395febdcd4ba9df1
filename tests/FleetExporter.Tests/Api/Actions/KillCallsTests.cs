using System.Text.Json;
using FleetExporter.Tests.Api.Dgx;

namespace FleetExporter.Tests.Api.Actions;

/// <summary>Kills through the API: what is answered, and what the audit says of it.</summary>
public sealed class KillCallsTests
{
    private const string Path = "/api/sessions/a%3Atrain/kill";
    private const string Gone = "before $1:1767222000:0\nkill \nafter can't find session: $1\n";
    private const string Stays = "before $1:1767222000:0\nkill \nafter $1:1767222000:0\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Gone, 200, true, "ok")]
    [InlineData(Stays, 200, false, "failed")]
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
        await command.PrintAsync(Gone);
        await command.ExitAsync(0);

        await DgxCalls.UntilAsync(async () => (await RowsAsync(server)).Count == 2);
        Assert.Equal("kill ok admin a:train", (await RowsAsync(server))[0]);
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

    /// <summary>The body of the second call.</summary>
    private static async Task<string> ConfirmedAsync(ApiServer server)
    {
        var (status, asked) = await server.CallAsync("POST", Path, """{"force":true}""");
        Assert.Equal(428, status);
        return JsonSerializer.Serialize(new { force = true, confirmation_token = asked.Text("confirmation_token") });
    }

    private static async Task<List<string>> RowsAsync(ApiServer server) =>
        [.. (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().Select(r => $"{r.Text("action")} {r.Text("outcome")} {r.Text("who")} {r.Text("target")}")];
}
