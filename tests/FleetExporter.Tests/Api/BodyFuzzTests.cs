using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Store;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api;

/// <summary>Random bodies for all writing routes: the service reports the errors, and applies a body completely or not at all.</summary>
public sealed class BodyFuzzTests
{
    private static readonly int Bodies = LongForm.Count(5_000, 100_000);
    private const int MaxKnown = 30;
    private const string DeviceKey = "a-key-of-a-device-that-pushes";
    private const int Seed = 20261121;

    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    private static readonly string[] Kept = ["connections", "projects", "jobs"];

    private readonly Random _random = new(Seed);
    private readonly List<string> _known = [];

    [Fact]
    public async Task No_body_breaks_the_service_or_is_stored_partially()
    {
        var ran = 0;
        var hosts = ApiServer.TwoHosts.Replace("user: fleet }", "user: fleet, exec: { policy: any } }", StringComparison.Ordinal);
        Assert.NotEqual(ApiServer.TwoHosts, hosts);
        await using var server = await ApiServer.StartAsync(
            $"{hosts}devices: [{{ name: pusher, key_hash: \"{KeyHash.Of(DeviceKey)}\" }}]\n", shell => shell.Command = () =>
            {
                ran++;
                return ReplayCommand.Printing("done");
            });
        var generator = new BodyGenerator(_random, () => _known);

        // Wrong keys would use up the attempts of the address, so that no other request would be processed. Probe and trust resolve real names.
        var routes = Routes(server).Where(r => r.Path is not ("/api/login" or "/api/dgx/probe" or "/api/dgx/trust")).ToList();
        Assert.NotEmpty(routes);
        var before = await ContentAsync(server);
        var answers = new SortedDictionary<int, int>();
        for (var n = 1; n <= Bodies; n++)
        {
            var (method, path, form) = routes[_random.Next(routes.Count)];
            path = Filled(path);
            var body = generator.Next(form);
            using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (path == "/push-sse")
            {
                request.Headers.Add("X-API-Key", DeviceKey);
            }
            else if (n % 2 == 0 && path.StartsWith("/api/dgx/exec/", StringComparison.Ordinal))
            {
                request.Headers.Accept.ParseAdd("text/event-stream");
            }

            using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

            var status = (int)response.StatusCode;
            answers[status] = answers.GetValueOrDefault(status) + 1;
            var sent = $"body {n}: {method} {path} {Encoding.UTF8.GetString(body)} answered {status}";
            Assert.True(status is (>= 200 and < 300) or (>= 400 and < 500) or 502 or 503, sent);
            if (status >= 400 && status != 428)
            {
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            }

            if (status < 300 || n % 100 == 0)
            {
                var after = await ContentAsync(server);
                if (status < 300)
                {
                    await CompareAsync(server, response, method, sent);
                    after = await PruneAsync(server, after);
                }
                else
                {
                    Assert.True(before == after, $"up to {sent}:\n{before}\n{after}");
                }

                before = after;
            }
        }

        // Both outcomes must be frequent, else the test is void.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", answers.Select(a => $"{a.Key}: {a.Value}")));
        Assert.True(answers.Where(a => a.Key < 300).Sum(a => a.Value) > Bodies / 500, "too few bodies were valid");
        Assert.True(answers[422] > Bodies / 100, "too few bodies had invalid values");
        Assert.True(ran > Bodies / 2500, $"only {ran} commands ran");
    }

    [Fact]
    public async Task No_body_breaks_the_login()
    {
        await using var server = await ApiServer.StartAsync();
        var generator = new BodyGenerator(_random, () => [server.AdminKey]);
        var (method, path, form) = Assert.Single(Routes(server), r => r.Path == "/api/login");
        var answers = new HashSet<HttpStatusCode>();
        for (var n = 0; n < 1000; n++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(6));
            using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(generator.Next(form)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            answers.Add(response.StatusCode);
        }

        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.UnprocessableEntity], answers.Order());
    }

    /// <summary>Compares the response of a write with the stored resource.</summary>
    private static async Task CompareAsync(ApiServer server, HttpResponseMessage response, HttpMethod method, string sent)
    {
        var path = response.RequestMessage!.RequestUri!.AbsolutePath.Split('/');
        if (path.Length < 4 || !Kept.Contains(path[3]) || path.Length > 5)
        {
            return;
        }

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var kept = await server.JsonAsync($"/api/dgx/{path[3]}/{answer.GetProperty("id").GetString()}");
        foreach (var field in answer.EnumerateObject().Where(f => f.Name is not ("updated_at" or "last_connected_at" or "jobs")))
        {
            Assert.True(
                JsonElement.DeepEquals(field.Value, kept.GetProperty(field.Name)), $"{field.Name} of {sent} is {kept.GetProperty(field.Name)}");
        }

        Assert.Equal(method == HttpMethod.Post ? HttpStatusCode.Created : HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Removes all resources when there are many, so that names become free.</summary>
    private async Task<string> PruneAsync(ApiServer server, string content)
    {
        _known.Clear();
        var (connections, projects, jobs) = await RowsAsync(server);
        _known.AddRange([.. connections.Select(c => c.Id), .. projects.Select(p => p.Id), .. jobs.Select(j => j.Id), .. jobs.Select(j => j.Name)]);
        if (_known.Count < MaxKnown)
        {
            return content;
        }

        foreach (var connection in connections.Where(c => c.Source == ConnectionSource.Api))
        {
            using var _ = (await server.SendAsync(HttpMethod.Delete, $"/api/dgx/connections/{connection.Id}?cascade=true")).EnsureSuccessStatusCode();
        }

        foreach (var project in (await RowsAsync(server)).Projects)
        {
            using var _ = (await server.SendAsync(HttpMethod.Delete, $"/api/dgx/projects/{project.Id}?cascade=true")).EnsureSuccessStatusCode();
        }

        return await ContentAsync(server);
    }

    private string Filled(string path)
    {
        string[] ids = ["a", "b b", "nobody", .. _known];
        path = path.Replace("{kind}", _random.Next(2) == 0 ? "service" : "tunnel", StringComparison.Ordinal)
            .Replace("{name}", $"n{_random.Next(1000)}", StringComparison.Ordinal);
        return path.Replace("{id}", Uri.EscapeDataString(ids[_random.Next(ids.Length)]), StringComparison.Ordinal)
            .Replace("{receiver}", "default", StringComparison.Ordinal);
    }

    private static List<(HttpMethod Method, string Path, Type Form)> Routes(ApiServer server) =>
    [
        .. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let form = endpoint.Metadata.GetMetadata<BodyForm>()
           where form is not null
           from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
           select (new HttpMethod(method), endpoint.RoutePattern.RawText!, form.Type),
    ];

    private static async Task<(IReadOnlyList<Connection> Connections, IReadOnlyList<Project> Projects, IReadOnlyList<Job> Jobs)> RowsAsync(
        ApiServer server)
    {
        var stop = TestContext.Current.CancellationToken;
        return (
            (await server.Services.GetRequiredService<Connections>().ListAsync(Page<Connection>.MaxItems, null, stop)).Value!.Items,
            (await server.Services.GetRequiredService<Projects>().ListAsync(null, Page<Project>.MaxItems, null, stop)).Value!.Items,
            (await server.Services.GetRequiredService<Jobs>().ListAsync(null, null, Page<Job>.MaxItems, null, stop)).Value!.Items);
    }

    private static async Task<string> ContentAsync(ApiServer server) => JsonSerializer.Serialize(await RowsAsync(server), WithFields);
}
