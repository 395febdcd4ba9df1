using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FleetExporter.Config;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Tests.Api.Access;

/// <summary>The service with a key for each scope, asked without any key unless one is given.</summary>
internal sealed class KeyedServer : IAsyncDisposable
{
    public static readonly string Keys = "keys:\n" + string.Concat(
        Scopes.Words.Select(scope => $"- {{ name: {scope}er, hash: \"{KeyHash.Of(KeyOf(scope))}\", scopes: [{scope}] }}\n"));

    private readonly ApiServer _server;

    private KeyedServer(ApiServer server) => _server = server;

    public ApiServer Api => _server;

    public FakeClock Clock => _server.Clock;

    public string AdminKey => _server.AdminKey;

    /// <summary>Keeps no cookies and sends no key by itself.</summary>
    public HttpClient Http { get; private set; } = new();

    public static string KeyOf(string scope) => $"the-key-that-may-{scope}";

    public static async Task<KeyedServer> StartAsync(string yml = "", Action<IEndpointRouteBuilder>? map = null)
    {
        var server = new KeyedServer(await ApiServer.StartAsync($"{ApiServer.TwoHosts}{Keys}{yml}", map: map));
        server.Connect();
        return server;
    }

    /// <inheritdoc cref="ApiServer.RestartAsync"/>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await _server.RestartAsync(meanwhile);
        Connect();
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json"), headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        // A stream has no end to wait for.
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public async Task<int> StatusAsync(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await GetAsync(path, headers);
        return (int)answer.StatusCode;
    }

    public async Task<JsonElement> JsonAsync(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await GetAsync(path, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    public Task<JsonElement> AuditAsync() => JsonAsync("/api/audit", ("X-API-Key", AdminKey));

    /// <summary>Logs in and returns the cookie as it is sent back.</summary>
    public async Task<(string SetCookie, string Cookie)> LoginAsync(string key)
    {
        using var answer = await PostAsync("/api/login", JsonSerializer.Serialize(new { key }));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var set = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        return (set, set.Split(';')[0]);
    }

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return _server.DisposeAsync();
    }

    private void Connect()
    {
        Http.Dispose();
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = _server.Client.BaseAddress };
    }
}
