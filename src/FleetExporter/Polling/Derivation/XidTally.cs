using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// Counts XID lines once each: the kernel log is a ring, so a line is known by its time, and the count must not fall when it leaves.
/// </summary>
public static class XidTally
{
    public static (HostHistory Memory, XidReading Reading) Apply(HostHistory memory, XidReading reading)
    {
        var counts = memory.Xids.ToBuilder();
        var newest = memory.XidUptime;
        foreach (var xid in reading.Xids.Where(x => x.SecondsSinceBoot > memory.XidUptime))
        {
            var key = (xid.PciBusId, xid.Code);
            counts[key] = new XidCount(xid.PciBusId, xid.Code, (counts.GetValueOrDefault(key)?.Count ?? 0) + 1, xid.SecondsSinceBoot);
            newest = Math.Max(newest, xid.SecondsSinceBoot);
            RemoteLimits.Check(counts.Count, RemoteLimits.XidKinds, "different XID errors");
        }

        var all = counts.ToImmutable();
        return (
            memory with { Xids = all, XidUptime = newest },
            reading with { Counts = [.. all.Values.OrderBy(c => c.PciBusId, StringComparer.Ordinal).ThenBy(c => c.Code)] });
    }
}
