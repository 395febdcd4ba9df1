using FleetExporter.Polling;
using FleetExporter.Views;

namespace FleetExporter.Api;

/// <summary>Utilisation of hosts over the last ten minutes.</summary>
/// <param name="Times">Milliseconds since 1970, ascending, about ten seconds apart; each list of values has one entry per time.</param>
internal sealed record RecentView(IReadOnlyList<long> Times, IReadOnlyList<RecentHostView> Hosts)
{
    /// <param name="host">The requested host; null for all hosts of the last moment.</param>
    internal static RecentView Of(IReadOnlyList<RecentMoment> moments, string? host)
    {
        var names = moments is [.., var last]
            ? last.Hosts.Keys.Where(n => host is null || n == host).Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return new RecentView([.. moments.Select(m => m.Time.ToUnixTimeMilliseconds())], [.. names.Select(name => RecentHostView.Of(name, moments))]);
    }
}

/// <param name="CpuPercent">Null where unknown.</param>
internal sealed record RecentHostView(string Hostname, IReadOnlyList<double?> CpuPercent, IReadOnlyList<RecentGpuView> Gpus)
{
    internal static RecentHostView Of(string name, IReadOnlyList<RecentMoment> moments)
    {
        var cpu = new double?[moments.Count];
        var gpus = new Dictionary<(int?, string?), double?[]>();
        for (var at = 0; at < moments.Count; at++)
        {
            if (!moments[at].Hosts.TryGetValue(name, out var host))
            {
                continue;
            }

            cpu[at] = JsonNumber.Round(host.Cpu);
            foreach (var gpu in host.Gpus)
            {
                var key = (gpu.Index, gpu.Uuid);
                if (!gpus.TryGetValue(key, out var values))
                {
                    gpus[key] = values = new double?[moments.Count];
                }

                values[at] = JsonNumber.Round(gpu.Utilization);
            }
        }

        return new RecentHostView(name, cpu, [.. gpus.OrderBy(g => g.Key.Item1).Select(g => new RecentGpuView(g.Key.Item1, g.Key.Item2, g.Value))]);
    }
}

/// <param name="UtilizationPercent">Null where unknown.</param>
internal sealed record RecentGpuView(int? Index, string? Uuid, IReadOnlyList<double?> UtilizationPercent);
