using FleetExporter.Collectors;
using FleetExporter.Config;

namespace FleetExporter.Simulation;

/// <summary>Configures simulated hosts, which are marked as such wherever they are shown.</summary>
internal static class SimulatedFleet
{
    /// <summary>Replaces the hosts and targets of a configuration with simulated ones; the targets run on the first host.</summary>
    public static FleetConfig With(FleetConfig config, int hosts, string? kind, SimulatedTargets targets)
    {
        var simulated = With(config, hosts, kind);
        return targets.AddTo(simulated, simulated.Hosts[0]);
    }

    /// <summary>Replaces the hosts of a configuration with simulated ones, of this kind or a mix of all, and removes its targets.</summary>
    public static FleetConfig With(FleetConfig config, int hosts, string? kind = null)
    {
        var machines = Enumerable.Range(0, int.MaxValue).Where(n => kind is null || SimulatedHosts.At(n).Kind == kind).Take(hosts)
            .GroupBy(n => SimulatedHosts.At(n).Kind);
        return config with
        {
            Targets = [],
            Budgets = [],
            Hosts =
            [
                .. machines.SelectMany(kind => kind.Select((n, i) => new HostConfig
                {
                    Name = $"{kind.Key}-{i + 1}",
                    Address = new HostAddress("simulated", null),
                    Simulated = n,
                    GpuPolling = GpuPolling.Call,
                    GpuProfiling = SimulatedHosts.At(n).Gpu == SimulatedGpu.H100,
                    Ssh = config.Ssh.Host,
                })),
            ],
        };
    }
}
