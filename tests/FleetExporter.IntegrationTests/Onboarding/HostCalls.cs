using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>An event of a streamed response.</summary>
internal sealed record StreamEvent(string Name, JsonNode Data);

/// <summary>Calls of the page that adds hosts.</summary>
internal static class HostCalls
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<(HttpStatusCode Status, JsonNode Body)> CallAsync(
        this Exporter exporter, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await exporter.Http.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return (answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject());
    }

    public static async Task<JsonNode> DoAsync(this Exporter exporter, HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await exporter.CallAsync(method, path, body);
        Assert.True((int)status < 300, $"{method} {path}: {status} {answer}\n{exporter.Log}");
        return answer;
    }

    /// <summary>Probes and returns all events.</summary>
    public static async Task<List<StreamEvent>> ProbeAsync(this Exporter exporter, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/dgx/probe") { Content = JsonContent.Create(body) };
        request.Headers.Add("Accept", "text/event-stream");
        using var answer = await exporter.Http.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode} {text}\n{exporter.Log}");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => e[0] != ':').Select(e => e.Split('\n')).Select(lines =>
                new StreamEvent(lines[0]["event: ".Length..], JsonNode.Parse(lines[1]["data: ".Length..])!)),
        ];
    }

    /// <summary>The ended steps as <c>name verdict reason</c>.</summary>
    public static List<string> Steps(this IEnumerable<StreamEvent> events) =>
    [
        .. events.Where(e => e.Name == "step" && e.Data.Text("verdict") != "running").Select(e =>
            $"{e.Data.Text("name")} {e.Data.Text("verdict")} {e.Data.Text("reason")}".Trim()),
    ];

    public static JsonNode Step(this IEnumerable<StreamEvent> events, string name) =>
        events.Single(e => e.Name == "step" && e.Data.Text("name") == name && e.Data.Text("verdict") != "running").Data;

    public static async Task<string[]> KnownAsync(WatchedMachine machine) =>
        File.Exists(machine.Folder.PathOf("known_hosts")) ? await File.ReadAllLinesAsync(machine.Folder.PathOf("known_hosts"), Stop) : [];

    /// <summary>fleet.yml without hosts, and no known host keys.</summary>
    public static string Empty(WatchedMachine machine)
    {
        var config = ConnectionsTests.WithoutHosts(machine);
        File.Delete(machine.Folder.PathOf("known_hosts"));
        return config;
    }

    public static object Host(WatchedMachine machine, int? port = null, string? key = null, string? name = null)
    {
        var host = new JsonObject
        {
            ["hostname"] = "127.0.0.1",
            ["port"] = port ?? machine.Server.Port,
            ["username"] = machine.User.Name,
            ["ssh_key_path"] = key ?? machine.Server.ClientKey,
        };
        if (name is not null)
        {
            host["name"] = name;
        }

        return host;
    }
}
