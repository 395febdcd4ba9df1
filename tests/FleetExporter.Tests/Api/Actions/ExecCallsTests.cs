using System.Text.Json;
using FleetExporter.Tests.Api.Access;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Actions;

/// <summary>Commands through the API on a host that does what the test says.</summary>
public sealed class ExecCallsTests
{
    private const string Yml = "listen: 127.0.0.1:0\nhosts: [{ name: a, address: a.lan, exec: { policy: any } }]\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_is_lost_has_failed_also_where_its_answer_had_begun(bool streamed)
    {
        var command = new ReplayCommand();
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () => command);
        command.Break();

        using var answer = await PostAsync(server, """{"command":"id"}""", streamed);
        var text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.Equal(streamed ? 200 : 502, (int)answer.StatusCode);
        Assert.Equal(streamed, text.Contains("event: error\ndata: {\"message\":\"the connection ended before", StringComparison.Ordinal));
        await DgxCalls.UntilAsync(async () => Outcomes(await server.JsonAsync("/api/audit")).Any());
        Assert.Equal(["exec failed"], Outcomes(await server.JsonAsync("/api/audit")));
        Assert.Contains("{action=\"exec\",outcome=\"failed\"} 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_starts_nothing_has_failed_in_the_stream()
    {
        await using var server = await ApiServer.StartAsync(Yml);

        using var answer = await PostAsync(server, """{"command":"id"}""", streamed: true);

        Assert.Contains("event: error\n", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await DgxCalls.UntilAsync(async () => Outcomes(await server.JsonAsync("/api/audit")).Any());
        Assert.Equal(["exec failed"], Outcomes(await server.JsonAsync("/api/audit")));
    }

    [Fact]
    public async Task A_silent_command_is_not_taken_for_a_dead_connection()
    {
        var command = new ReplayCommand();
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () => command);
        using var answer = await PostAsync(server, """{"command":"sleep 40"}""", streamed: true);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
        Assert.Equal("event: started", await lines.ReadLineAsync(Stop));
        Assert.StartsWith("data: ", await lines.ReadLineAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("", await lines.ReadLineAsync(Stop));

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var comment = lines.ReadLineAsync(Stop).AsTask();
            server.Clock.Advance(TimeSpan.FromSeconds(14));
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(":", await comment.WaitAsync(TimeSpan.FromSeconds(20), Stop));
            Assert.Equal("", await lines.ReadLineAsync(Stop));
        }

        await command.ExitAsync(0);
        Assert.StartsWith("event: exit\n", await lines.ReadToEndAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_comes_in_pages_what_runs_first_then_the_latest()
    {
        var running = new ReplayCommand();
        var next = new Queue<ReplayCommand>([running]);
        await using var server = await ApiServer.StartAsync(Yml, shell =>
            shell.Command = () => next.TryDequeue(out var command) ? command : ReplayCommand.Printing(""));
        using var begun = await PostAsync(server, """{"command":"sleep 40","exec_id":"first"}""", streamed: true);
        foreach (var id in new[] { "b", "c", "a" })
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await server.DoAsync("POST", "/api/dgx/exec/a", $$"""{"command":"true","exec_id":"{{id}}"}""");
        }

        List<string> found = [];
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await server.JsonAsync($"/api/dgx/exec?limit=1{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            found.Add(Assert.Single(page.GetProperty("items").EnumerateArray()).Text("exec_id"));
            cursor = page.GetProperty("next_cursor").GetString();
        }

        Assert.Equal(["first", "a", "c", "b"], found);
        Assert.Equal(400, (await server.CallAsync("GET", "/api/dgx/exec?limit=0")).Status);
    }

    [Theory]
    [InlineData("/api/dgx/exec/a", """{"command":"true","timeout":5}""", "timeout")]
    [InlineData("/api/dgx/exec/a", """{"command":"true","cwd":"/","user":"root"}""", "cwd user")]
    [InlineData("/api/sessions/a%3Atrain/kill", """{"forced":true}""", "forced")]
    [InlineData("/api/login", """{"key":"x","password":"y"}""", "password")]
    [InlineData("/api/alerts/1/ack", """{"for":"2h"}""", "for")]
    public async Task A_field_that_is_not_there_is_named_and_nothing_is_done(string path, string body, string fields)
    {
        var started = 0;
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () =>
        {
            started++;
            return ReplayCommand.Printing("");
        });

        Assert.Equal((422, fields), await server.RefusedAsync("POST", path, body));
        Assert.Equal(400, (await server.CallAsync("POST", path, """{"\ud800":1}""")).Status);
        Assert.Equal(0, started);
    }

    [Fact]
    public async Task The_case_of_a_field_does_not_matter()
    {
        await using var server = await ApiServer.StartAsync(Yml, shell => shell.Command = () => ReplayCommand.Printing("done"));

        Assert.Equal("done", (await server.DoAsync("POST", "/api/dgx/exec/a", """{"Command":"true"}""")).Text("stdout"));
    }

    [Fact]
    public async Task On_the_exporters_own_machine_commands_need_admin()
    {
        const string Own = "listen: 127.0.0.1:0\nhosts: [{ name: a, exec: { policy: any } }]\n";
        await using var server = await ApiServer.StartAsync(Own + KeyedServer.Keys, shell => shell.Command = () => ReplayCommand.Printing("done"));
        Assert.Equal("done", (await server.DoAsync("POST", "/api/dgx/exec/a", """{"command":"true"}""")).Text("stdout"));
        server.Client.DefaultRequestHeaders.Remove("X-API-Key");
        server.Client.DefaultRequestHeaders.Add("X-API-Key", KeyedServer.KeyOf("control"));

        using var answer = await PostAsync(server, """{"command":"cat data/admin.key"}""", streamed: false);

        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("use a key with the scope admin", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> PostAsync(ApiServer server, string json, bool streamed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/dgx/exec/a")
        {
            Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json")
        };
        if (streamed)
        {
            request.Headers.Accept.ParseAdd("text/event-stream");
        }

        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    private static IEnumerable<string> Outcomes(JsonElement audit) =>
        audit.GetProperty("items").EnumerateArray().Select(row => $"{row.Text("action")} {row.Text("outcome")}");
}
