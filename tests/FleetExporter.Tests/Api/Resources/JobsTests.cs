using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.Store;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Resources;

/// <summary>Jobs as records: making, changing, listing, removing them.</summary>
public sealed class JobsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_goes_its_way_by_what_somebody_says_of_it()
    {
        await using var server = await StartAsync();
        var (status, made) = await SendAsync(
            server, "POST", "", """{"project_id":"vision","name":"Experiment 1","model_name":"vit_base","status":"pending"}""");
        Assert.Equal((201, "pending"), (status, Text(made, "status")));

        var (_, running) = await SendAsync(server, "PUT", "/Experiment%201", """{"status":"running","container_id":"abc123"}""");
        Assert.NotNull(running!["started_at"]);
        var (_, reported) = await SendAsync(server, "PUT", $"/{Text(made, "id")}", """{"metrics":{"epoch":25,"train_loss":0.342,"note":"x"}}""");
        Assert.Equal("abc123", Text(reported, "container_id"));
        var (_, merged) = await SendAsync(server, "PUT", "/Experiment%201", """{"metrics":{"epoch":26,"note":null}}""");
        Assert.Equal("""{"epoch":26,"train_loss":0.342}""", merged!["metrics"]!.ToJsonString());
        Assert.NotNull(merged["metrics_at"]);
        Assert.Contains(
            "fleet_job_metric{project=\"vision\",training_job=\"Experiment 1\",name=\"epoch\"} 26",
            await server.TextAsync("/metrics"), StringComparison.Ordinal);

        // What an answer says can be sent back as it is.
        Assert.Equal(200, (await SendAsync(server, "PUT", "/Experiment%201", merged.ToJsonString())).Status);
        var (_, done) = await SendAsync(server, "PUT", "/Experiment%201", """{"status":"completed"}""");
        Assert.NotNull(done!["completed_at"]);
        Assert.Equal(409, (await SendAsync(server, "PUT", "/Experiment%201", """{"status":"running"}""")).Status);
        Assert.Equal(409, (await SendAsync(server, "POST", "", """{"project_id":"vision","name":"Experiment 1"}""")).Status);
        Assert.Contains("fleet_jobs{status=\"completed\"} 1", await server.TextAsync("/metrics"), StringComparison.Ordinal);

        Assert.Equal(204, (await SendAsync(server, "DELETE", "/Experiment%201")).Status);
        Assert.Equal(404, (await SendAsync(server, "GET", "/Experiment%201")).Status);
        Assert.Contains("fleet_jobs{status=\"completed\"} 0", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        var audit = (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().Select(a =>
            $"{a.GetProperty("action")} {a.GetProperty("target")}").ToList();
        Assert.Contains("job_create Experiment 1", audit);
        Assert.Contains("job_change Experiment 1", audit);
        Assert.Contains("job_delete Experiment 1", audit);
    }

    [Fact]
    public async Task A_list_is_filtered_and_comes_in_pages()
    {
        await using var server = await StartAsync();
        for (var n = 0; n < 5; n++)
        {
            // The list is in the order of making, to the millisecond.
            server.Clock.Advance(TimeSpan.FromMilliseconds(2));
            await SendAsync(server, "POST", "", $$"""{"project_id":"vision","name":"j{{n}}","status":"{{(n % 2 == 0 ? "running" : "failed")}}"}""");
        }

        Assert.Equal(["j0", "j2", "j4"], Names((await SendAsync(server, "GET", "?status=running&project_id=vision")).Body));
        var (_, first) = await SendAsync(server, "GET", "?limit=2");
        var (_, second) = await SendAsync(server, "GET", $"?limit=2&cursor={Text(first, "next_cursor")}");
        Assert.Equal(["j0", "j1", "j2", "j3"], [.. Names(first), .. Names(second)]);
        Assert.Equal(400, (await SendAsync(server, "GET", "?status=done")).Status);
        Assert.Equal(400, (await SendAsync(server, "GET", "?limit=0")).Status);
        Assert.Equal(400, (await SendAsync(server, "GET", "?cursor=%00")).Status);
        Assert.Equal(404, (await SendAsync(server, "GET", "?project_id=nosuch")).Status);
        Assert.Equal(404, (await SendAsync(server, "GET", "?project_id=%00")).Status);
    }

    [Theory]
    [InlineData("""{}""", "name project_id")]
    [InlineData("""{"project_id":"nosuch","name":"x"}""", "project_id")]
    [InlineData("""{"project_id":"vision","name":""}""", "name")]
    [InlineData("""{"project_id":"vision","name":".."}""", "name")]
    [InlineData("""{"project_id":"vision","name":"a\nb"}""", "name")]
    [InlineData("""{"project_id":"vision","name":"019a0000-0000-7000-8000-00000000beef"}""", "name")]
    [InlineData(
        """{"project_id":"vision","name":"x","status":"done","config":[],"metrics":"m","model_name":1,"container_id":""}""",
        "config container_id metrics model_name status")]
    [InlineData("""{"project_id":"vision","name":"x","metric":{}}""", "metric")]
    public async Task Each_wrong_field_is_named(string body, string fields)
    {
        await using var server = await StartAsync();
        var (status, problem) = await SendAsync(server, "POST", "", body);

        Assert.Equal(422, status);
        Assert.Equal(fields, string.Join(' ', problem!["errors"]!.AsObject().Select(e => e.Key).Order(StringComparer.Ordinal)));
        Assert.Empty(Names((await SendAsync(server, "GET", "")).Body));
    }

    [Fact]
    public async Task What_does_not_run_in_a_session_is_started_and_cancelled_by_its_state()
    {
        await using var server = await StartAsync();
        await SendAsync(server, "POST", "", """{"project_id":"vision","name":"a"}""");
        await SendAsync(server, "POST", "", """{"project_id":"vision","name":"b","config":{"command":"id"}}""");

        Assert.Equal(422, (await SendAsync(server, "POST", "/a/start")).Status);
        Assert.Equal(409, (await SendAsync(server, "POST", "/b/start")).Status);
        Assert.Equal(404, (await SendAsync(server, "POST", "/c/start")).Status);
        Assert.Equal(400, (await SendAsync(server, "GET", "/a/output?lines=0")).Status);
        Assert.Equal("[]", (await SendAsync(server, "GET", "/a/output?lines=5")).Body!["lines"]!.ToJsonString());
        Assert.Equal("cancelled", Text((await SendAsync(server, "POST", "/a/cancel")).Body, "status"));
        Assert.Equal(409, (await SendAsync(server, "POST", "/a/cancel")).Status);
        Assert.Equal(409, (await SendAsync(server, "POST", "/a/start")).Status);
    }

    [Fact]
    public async Task Any_body_is_refused_or_written_whole()
    {
        await using var server = await StartAsync();
        var text = ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "");
        string[] values =
        [
            "null", "1", "-1e400", "true", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "\"x\"", "\"running\"",
            "{\"a\":null}", "{\"a\":{\"b\":[1,\"\\udfff\"]}}", "{\"a\":1,\"a\":2}", "\"vision\""
        ];
        string[] fields = ["name", "project_id", "model_name", "status", "config", "metrics", "container_id", "id", "zzz"];
        var member = from field in Gen.Elements(fields)
                     from value in Gen.OneOf(Gen.Elements(values), text.Select(t => JsonSerializer.Serialize(t)))
                     select $"\"{field}\":{value}";
        var bodies = Gen.OneOf(
            text, member.ListOf().Select(m => $"{{{string.Join(',', m)}}}"),
            from m in member from n in Gen.Choose(0, 100_000) select $"{{\"project_id\":\"vision\",\"name\":\"n{n}\",{m}}}");
        var count = 0;
        foreach (var body in bodies.Sample(300, 8))
        {
            var (status, answer) = await SendAsync(server, "POST", "", body);
            Assert.True(status is 201 or (>= 400 and < 500), $"{status}: {body}");
            if (status == 201)
            {
                count++;
                var (_, read) = await SendAsync(server, "GET", $"/{Text(answer, "id")}");
                Assert.Equal(answer!.ToJsonString(), read!.ToJsonString());
                var (changed, _) = await SendAsync(server, "PUT", $"/{Text(answer, "id")}", body);
                Assert.True(changed is 200 or 409 or 422, $"{changed}: {body}");
            }
        }

        Assert.True(count > 5, "hardly any body was good");
        Assert.Equal(count, Names((await SendAsync(server, "GET", "")).Body).Count);
    }

    private static async Task<ApiServer> StartAsync()
    {
        var server = await ApiServer.StartAsync();
        var (connections, projects) = (server.Services.GetRequiredService<Connections>(), server.Services.GetRequiredService<Projects>());
        Assert.True((await connections.AddAsync(new Connection { Name = "elsewhere", Hostname = "elsewhere" }, Stop)).Success);
        Assert.True((await projects.AddAsync(new Project { ConnectionId = "elsewhere", Name = "vision" }, Stop)).Success);
        return server;
    }

    private static async Task<(int Status, JsonNode? Body)> SendAsync(ApiServer server, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/dgx/jobs" + path);
        request.Content = body is null
            ? null
            : new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } };
        using var answer = await server.Client.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return ((int)answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    private static string Text(JsonNode? node, string key) => node![key]!.GetValue<string>();

    private static List<string> Names(JsonNode? page) => [.. page!["items"]!.AsArray().Select(i => Text(i, "name"))];
}
