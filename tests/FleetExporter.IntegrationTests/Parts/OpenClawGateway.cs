using System.Net;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real OpenClaw gateway from npm on loopback, with its own home and a fake model provider.</summary>
internal sealed class OpenClawGateway : IAsyncDisposable
{
    public const string Token = "integration-token";

    private static readonly string Installed = Path.Combine(Repository.Root, "artifacts", "openclaw");
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly TestFolder _folder;
    private readonly string _app;
    private readonly int _port;
    private readonly int _providerPort;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private Child? _provider;
    private Child? _process;

    private OpenClawGateway(TestFolder folder, string? version)
    {
        _folder = folder;
        _app = Path.Combine(Installed, version is null ? "app" : $"app-{version}", "node_modules", "openclaw", "openclaw.mjs");
        (_port, _providerPort) = (Ports.Free(), Ports.Free());
    }

    public string Url => $"ws://127.0.0.1:{_port}";

    public string Log => $"{_process?.Output}\n--- provider\n{_provider?.Output}";

    /// <summary>Installs it when that was not done before, starts it and waits until it is ready.</summary>
    /// <param name="version">Null for the current one.</param>
    public static async Task<OpenClawGateway> StartAsync(TestFolder folder, string? version = null)
    {
        var script = Path.Combine(Repository.Root, "scripts", "ensure-openclaw");
        await using (var install = Child.Start(script, version is null ? [] : [version], Repository.Root))
        {
            var exit = await install.EndAsync(TimeSpan.FromMinutes(6));
            Assert.True(exit == 0, $"OpenClaw could not be installed:\n{install.Output}");
        }

        var gateway = new OpenClawGateway(folder, version);
        try
        {
            folder.Make("home", ".openclaw", "workspace");
            folder.Write("home/.openclaw/workspace/NOTES.md", "# Notes\n");
            var config = await File.ReadAllTextAsync(
                Path.Combine(AppContext.BaseDirectory, "Parts", "openclaw", "openclaw.json"), TestContext.Current.CancellationToken);
            folder.Write("home/.openclaw/openclaw.json", config
                .Replace("@HOME@", folder.PathOf("home"), StringComparison.Ordinal)
                .Replace("@TOKEN@", Token, StringComparison.Ordinal)
                .Replace("@PORT@", $"{gateway._port}", StringComparison.Ordinal)
                .Replace("@PROVIDER@", $"http://127.0.0.1:{gateway._providerPort}", StringComparison.Ordinal));
            gateway._provider = Child.Start(
                Node, [Path.Combine(AppContext.BaseDirectory, "Parts", "openclaw", "fake-provider.mjs")], folder.Path,
                new Dictionary<string, string?> { ["FAKE_PORT"] = $"{gateway._providerPort}" });
            await gateway.RunAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    private static string Node => Path.Combine(Installed, "node-bin");

    /// <summary>Starts the gateway's process, the first time or again, and waits until it is ready.</summary>
    public async Task RunAsync()
    {
        _process = Child.Start(
            Node, [_app, "gateway"],
            _folder.Path, new Dictionary<string, string?>
            {
                ["HOME"] = _folder.PathOf("home"),
                ["OPENCLAW_STATE_DIR"] = _folder.PathOf("home", ".openclaw"),
                ["OPENCLAW_CONFIG_PATH"] = _folder.PathOf("home", ".openclaw", "openclaw.json"),
                ["PATH"] = $"{Path.GetDirectoryName(File.ResolveLinkTarget(Node, returnFinalTarget: true)!.FullName)}:"
                    + $"{Environment.GetEnvironmentVariable("PATH")}",
            });
        await Until.SeenAsync(
            async () =>
                _process.HasExited || (await _http.GetAsync($"http://127.0.0.1:{_port}/readyz")).StatusCode == HttpStatusCode.OK ? this : null,
            "the gateway is ready", () => Log, StartLimit);
        Assert.False(_process.HasExited, Log);
    }

    /// <summary>SIGKILL, with its helpers.</summary>
    public async Task KillAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
        }
    }

    /// <summary>Releases all answers delayed by a message with SLOW, and delays no more.</summary>
    public Task ReleaseAsync() => _http.GetAsync($"http://127.0.0.1:{_providerPort}/release");

    public Task<OpenClawAdmin> AdminAsync() => OpenClawAdmin.ConnectAsync(new Uri(Url), Token);

    public async ValueTask DisposeAsync()
    {
        foreach (var child in new[] { _process, _provider }.OfType<Child>())
        {
            await child.DisposeAsync();
        }

        _http.Dispose();
    }
}

/// <summary>One gateway for the tests of a class.</summary>
public sealed class OpenClawFixture : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    internal OpenClawGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Gateway = await OpenClawGateway.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        _folder.Dispose();
    }
}
