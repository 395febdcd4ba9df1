using FleetExporter.Config;

namespace FleetExporter.Simulation;

/// <summary>Hosts of a demonstration, marked as simulated wherever they are shown.</summary>
public static class SimulatedFleet
{
    /// <summary>The configuration with these hosts instead of its own.</summary>
    public static FleetConfig With(FleetConfig config, int hosts)
    {
        var machines = Enumerable.Range(0, hosts).GroupBy(n => Machine.At(n).Kind);
        return config with
        {
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
