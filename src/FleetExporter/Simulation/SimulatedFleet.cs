using FleetExporter.Config;

namespace FleetExporter.Simulation;

/// <summary>Hosts of a demonstration, marked as simulated wherever they are shown.</summary>
internal static class SimulatedFleet
{
    /// <summary>The configuration with these hosts, and these targets on the first of them, instead of its own.</summary>
    public static FleetConfig With(FleetConfig config, int hosts, SimulatedTargets targets)
    {
        var simulated = With(config, hosts);
        return targets.AddTo(simulated, simulated.Hosts[0]);
    }

    /// <summary>The configuration with these hosts instead of its own, and no target.</summary>
    public static FleetConfig With(FleetConfig config, int hosts)
    {
        var machines = Enumerable.Range(0, hosts).GroupBy(n => Machine.At(n).Kind);
        return config with
        {
            Services = [],
            Providers = [],
            Gateways = [],
            Tunnels = [],
            Hosts =
            [
                .. machines.SelectMany(kind => kind.Select((n, i) => new HostConfig
                {
                    Name = $"{kind.Key}-{i + 1}",
                    Address = new HostAddress("simulated", null),
                    Simulated = n,
                    Ssh = config.Ssh.Host,
                })),
            ],
        };
    }
}
