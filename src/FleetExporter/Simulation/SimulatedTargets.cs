using System.Net;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Simulation;
using FleetExporter.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Simulation;

/// <summary>
/// Simulated services, providers, a gateway and tunnels: small listeners on ephemeral loopback ports,
/// open from start to disposal. They belong to a simulated host, which marks them as simulated.
/// </summary>
internal sealed class SimulatedTargets : IAsyncDisposable
{
    /// <summary>Units of the simulated host that runs the targets.</summary>
    public static readonly UnitName TunnelUnit = new("dgx-llm-tunnel.service", false);
    public static readonly UnitName LabUnit = new("lab-tunnel.service", false);
    public static readonly UnitName HeartbeatUnit = new("llama-heartbeat.service", true);

    private readonly WebApplication _app;
    private readonly SimulatedPort _sshd = new("SSH-2.0-OpenSSH_9.6 simulated\r\n");
    private readonly SimulatedPort _halfDead = new(null);

    private SimulatedTargets(WebApplication app) => _app = app;

    private int Port { get; set; }

    public static async Task<SimulatedTargets> StartAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var services = SimulatedService.All.ToDictionary(s => s.Name);
        app.MapGet("/services/{name}/health", (string name) =>
            services.TryGetValue(name, out var service) ? service.Answer(clock.GetUtcNow()) : Results.NotFound());
        Map(app, "/qwen-coder", new LlamaServer("Qwen3-Coder-30B-A3B-Q4_K_M.gguf", 30_532_122_624, 262_144, 4, 11), clock);
        Map(app, "/heartbeat", new LlamaServer("Qwen3-0.6B-Q8_0.gguf", 596_049_920, 40_960, 1, 12), clock);
        app.UseWebSockets();
        new SimulatedGateway(clock).Map(app);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new SimulatedTargets(app) { Port = new Uri(address).Port };
    }

    /// <summary>Replaces the targets of a configuration with these.</summary>
    /// <param name="host">The simulated host that runs them.</param>
    internal FleetConfig AddTo(FleetConfig config, HostConfig host)
    {
        Uri Url(string path) => new($"http://127.0.0.1:{Port}{path}");

        return config with
        {
            Hosts = [.. config.Hosts.Select(h => h == host ? h with { Units = [TunnelUnit, LabUnit, HeartbeatUnit] } : h)],
            Services = [.. SimulatedService.All.Select(s =>
                new ServiceConfig { Name = s.Name, Host = host.Name, Url = Url($"/services/{s.Name}/health") })],
            Providers =
            [
                new ProviderConfig { Name = "qwen-coder", Host = host.Name, Url = Url("/qwen-coder"), Kind = ProviderKind.LlamaCpp },
                new ProviderConfig
                {
                    Name = "heartbeat",
                    Host = host.Name,
                    Url = Url("/heartbeat"),
                    Kind = ProviderKind.LlamaCpp,
                    Unit = HeartbeatUnit
                },
            ],
            Gateways = [new GatewayConfig { Name = "openclaw", Host = host.Name, Url = new Uri($"ws://127.0.0.1:{Port}/"), Channels = ["discord"] }],
            Tunnels =
            [
                Tunnel("dgx-llm", Port, new TunnelCheck.Http(Url("/qwen-coder/health"))) with { Unit = TunnelUnit },
                Tunnel("dgx-ssh", _sshd.Port, new TunnelCheck.Banner()),
                Tunnel("lab", _halfDead.Port, new TunnelCheck.Banner()) with { Unit = LabUnit, Timeout = TimeSpan.FromSeconds(1) },
            ],
        };

        TunnelConfig Tunnel(string name, int port, TunnelCheck verify) =>
            new() { Name = name, Host = host.Name, Connect = new HostAddress("127.0.0.1", port), Verify = verify };
    }

    public async ValueTask DisposeAsync()
    {
        _sshd.Dispose();
        _halfDead.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static void Map(WebApplication app, string prefix, LlamaServer server, TimeProvider clock)
    {
        app.MapGet(prefix + "/health", () => Results.Text(LlamaServer.Health, "application/json"));
        app.MapGet(prefix + "/v1/models", () => Results.Text(server.Models, "application/json"));
        app.MapGet(prefix + "/props", () => Results.Text(server.Props, "application/json"));
        app.MapGet(prefix + "/slots", () => Results.Text(server.Slots(clock.GetUtcNow()), "application/json"));
        app.MapGet(prefix + "/metrics", () => Results.Text(server.Metrics(clock.GetUtcNow()), "text/plain; version=0.0.4"));
    }
}
