using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// Counts each XID line once. The kernel log is a ring buffer: a line is identified by its time, and still counts after the log has dropped it.
/// </summary>
internal static class XidTally
{
    public static HostHistory Remember(HostHistory history, XidAnswer answer)
    {
        var counts = history.Xids.ToBuilder();
        var newest = history.XidUptime;
        foreach (var xid in answer.Xids.Where(x => x.SecondsSinceBoot > history.XidUptime))
        {
            var key = (xid.PciBusId, xid.Code);
            counts[key] = new XidCount(xid.PciBusId, xid.Code, (counts.GetValueOrDefault(key)?.Count ?? 0) + 1, xid.SecondsSinceBoot);
            newest = Math.Max(newest, xid.SecondsSinceBoot);
            RemoteLimits.Check(counts.Count, RemoteLimits.XidKinds, "different XID errors");
        }

        return history with { Xids = counts.ToImmutable(), XidUptime = newest };
    }

    /// <summary>Sorted by bus id and code.</summary>
    public static IReadOnlyList<XidCount> Counts(HostHistory history) =>
        [.. history.Xids.Values.OrderBy(c => c.PciBusId, StringComparer.Ordinal).ThenBy(c => c.Code)];
}
