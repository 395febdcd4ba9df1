using System.Net.Http.Json;
using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Tests.Polling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api;

/// <summary>The whole service on a free port, with its own fleet.yml and hosts with recorded answers.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string TwoHosts =
        "listen: 127.0.0.1:0\nhosts:\n- { name: a, address: a.lan, labels: { rack: r1 }, user: fleet }\n- { name: b b, address: b.lan }\n";

    private readonly TemporaryFolder _folder = new();
    private readonly Action<ReplayShell>? _prepare;
    private readonly Action<IEndpointRouteBuilder>? _map;
    private WebApplication _app;

    private ApiServer(string yml, Action<ReplayShell>? prepare, Action<IEndpointRouteBuilder>? map)
    {
        (_prepare, _map) = (prepare, map);
        WriteConfig(yml);
        _app = Build();
    }

    public FakeClock Clock { get; } = new();

    /// <summary>Sends the admin key with every request.</summary>
    public HttpClient Client { get; private set; } = new();

    public string AdminKey => File.ReadAllText(_folder.PathOf("data/admin.key")).Trim();

    public IServiceProvider Services => _app.Services;

    public FleetState State => _app.Services.GetRequiredService<FleetState>();

    /// <summary>Method and pattern of every endpoint.</summary>
    public IReadOnlyList<string> Routes =>
    [
        .. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(
            e =>
                e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
                    .Where(m => m != "CONNECT").Select(method => $"{method} {e.RoutePattern.RawText}")),
    ];

    public static async Task<ApiServer> StartAsync(
        string? yml = null, Action<ReplayShell>? prepare = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var server = new ApiServer(yml ?? TwoHosts, prepare, map);
        await server.RunAsync();
        return server;
    }

    /// <summary>Stops the service as a signal would, and starts it again with the same fleet.yml, folder and clock, on another port.</summary>
    /// <param name="meanwhile">Runs between stop and start.</param>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
        meanwhile?.Invoke();
        _app = Build();
        await RunAsync();
    }

    /// <summary>Makes the store reject every new audit row.</summary>
    public Task BreakAuditAsync() =>
        AskStoreAsync("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken by the test'); END");

    public Task MendAuditAsync() => AskStoreAsync("DROP TRIGGER broken");

    /// <summary>Runs SQL on the store's database directly.</summary>
    /// <returns>The first value.</returns>
    public async Task<string> AskStoreAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.PathOf("data/fleet.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own SQL.
        command.CommandText = sql;
#pragma warning restore CA2100
        return $"{await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)}";
    }

    public void WriteConfig(string yml) => _folder.Write("fleet.yml", yml);

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public Task<JsonElement> JsonAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>The status and problem of a request that is expected to fail.</summary>
    public async Task<(int Status, JsonElement Problem)> FailAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(method, path, headers);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }

    /// <summary>Stops the service as a signal would.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private WebApplication Build()
    {
        ConfigResult Load() => ConfigFile.Load(_folder.PathOf("fleet.yml"), TargetCatalog.Kinds, _ => null);
        var loaded = Load();
        Assert.Empty(loaded.Errors);
        return Program.Build(new LiveConfig(loaded.Config!, Load, Clock), [], services =>
        {
            services.AddSingleton<TimeProvider>(Clock);
            services.AddSingleton<Func<HostConfig, IShell>>(host =>
            {
                var shell = ReplayFleet.HealthyHost(Clock);
                shell.Address = $"{host.Address}";
                _prepare?.Invoke(shell);
                return shell;
            });
        }, _map);
    }

    private async Task RunAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        var address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client.Dispose();
        Client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = new Uri(address) };
        Client.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
        while (!State.Hosts.Where(h => h.Host.Device is null).All(h => h.Outcomes.Contains("xid") && h.Outcomes.Contains("filesystem")))
        {
            // The first poll runs on the thread pool and needs no clock.
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        // Later changes of the store by a test are not applied until the watchlist reloads.
        Assert.Null(await Services.GetRequiredService<Watchlist>().ReadyAsync(TestContext.Current.CancellationToken));
    }
}
