using System.Net;
using System.Net.Sockets;
using FleetExporter.Config;
using FleetExporter.OpenClaw.Simulation;
using FleetExporter.Targets;

namespace FleetExporter.Simulation;

/// <summary>
/// Simulated targets of every kind: small listeners on ephemeral loopback ports, open from start to disposal. They belong to a simulated host,
/// which marks them as simulated.
/// </summary>
internal sealed class SimulatedTargets : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SimulatedNetwork _network;
    private readonly IReadOnlyList<TargetConfig> _targets;

    private SimulatedTargets(WebApplication app, SimulatedNetwork network, IEnumerable<TargetCollector> kinds)
    {
        _app = app;
        _network = network;
        _targets = [.. kinds.SelectMany(kind => kind.Simulate(network))];
    }

    public static async Task<SimulatedTargets> StartAsync(
        IEnumerable<TargetCollector> kinds, TimeProvider clock, CancellationToken cancellationToken)
    {
        // The port must be known before the routes are, because they are configured with it. Kestrel disposes of the socket.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(socket.LocalEndPoint!));
        var app = builder.Build();
        app.UseWebSockets();
        var targets = new SimulatedTargets(app, new SimulatedNetwork(app, ((IPEndPoint)socket.LocalEndPoint!).Port, clock), kinds);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return targets;
    }

    /// <summary>Replaces the targets of a configuration with these, and its budgets with those of the simulated gateway.</summary>
    /// <param name="host">The simulated host that runs them and reports their units.</param>
    internal FleetConfig AddTo(FleetConfig config, HostConfig host) => config with
    {
        Targets = [.. _targets.Select(target => target with { Host = host.Name })],
        Budgets = [.. SimulatedBudgets.All.Where(budget => _targets.Any(target => target.Name == budget.Key.Gateway))],
        Hosts = [.. config.Hosts.Select(h => h == host ? h with { Units = [.. _targets.Select(t => t.Unit).OfType<UnitName>()] } : h)],
    };

    public async ValueTask DisposeAsync()
    {
        _network.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
