using FleetExporter.History;
using FleetExporter.Views;

namespace FleetExporter.Api;

/// <summary>Utilisation of hosts over the last ten minutes.</summary>
/// <param name="Times">Milliseconds since 1970, ascending, about ten seconds apart; each list of values has one entry per time.</param>
internal sealed record RecentView(IReadOnlyList<long> Times, IReadOnlyList<RecentHostView> Hosts)
{
    internal static RecentView Of(RecentUse use) =>
        new([.. use.Times.Select(t => t.ToUnixTimeMilliseconds())], [.. use.Hosts.Select(RecentHostView.Of)]);

    /// <summary>One decimal; null where unknown.</summary>
    internal static IReadOnlyList<double?> Rounded(IReadOnlyList<float> values) => [.. values.Select(v => JsonNumber.Round(v))];
}

/// <param name="CpuPercent">Null where unknown.</param>
internal sealed record RecentHostView(string Hostname, IReadOnlyList<double?> CpuPercent, IReadOnlyList<RecentGpuView> Gpus)
{
    internal static RecentHostView Of(RecentHostUse host) => new(
        host.Host,
        RecentView.Rounded(host.Cpu),
        [.. host.Gpus.Select(g => new RecentGpuView(g.Index, g.Uuid, RecentView.Rounded(g.Utilization)))]);
}

/// <param name="UtilizationPercent">Null where unknown.</param>
internal sealed record RecentGpuView(int? Index, string? Uuid, IReadOnlyList<double?> UtilizationPercent);
