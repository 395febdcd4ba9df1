using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>XID errors of a host's GPUs, and releases of its GPUs.</summary>
internal static class GpuUseChanges
{
    /// <summary>Those of the alert rule <c>FleetGpuXidCritical</c>.</summary>
    private static readonly HashSet<int> CriticalXids = [48, 62, 64, 74, 79, 95, 119, 120];

    /// <summary>Lines of the kernel log that are newer than the newest known one of the same boot.</summary>
    public static void RecordXids(HostSnapshot host, EventContext context)
    {
        if (host.Get<XidReading>(context.Now) is not { } reading)
        {
            return;
        }

        var (name, history) = (host.Host.Name, host.History);
        var subject = $"xid:{name}";
        var known = context.Known.Find(name, subject);
        if (history.BootId is null && known?.Identity is not null)
        {
            // Until the host has said whether it has booted since, its log may be the old one.
            return;
        }

        var newest = known is not null && known.Identity == history.BootId
            && double.TryParse(known.Label, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : -1;
        foreach (var count in known is null ? [] : reading.Counts.Where(c => c.LastSecondsSinceBoot > newest))
        {
            var index = reading.Gpus?.FirstOrDefault(g => g.PciBusId == count.PciBusId)?.Index;
            var gpu = index?.ToString(CultureInfo.InvariantCulture) ?? count.PciBusId;
            context.Add(new FleetEvent
            {
                Kind = EventKind.Gpu,
                Severity = CriticalXids.Contains(count.Code) ? EventSeverity.Critical : EventSeverity.Warning,
                Host = name,
                Subject = Subjects.Gpu(name, gpu),
                To = "xid",
                Reason = $"xid_{count.Code}",
                Text = $"GPU {gpu} of {name} reported XID {count.Code}",
                Detail = new JsonObject { ["xid"] = count.Code, ["pci_bus_id"] = Printable.Line(count.PciBusId, 64) },
            });
        }

        context.Known.Set(new SubjectState(
            subject, name, "read", history.BootId, Math.Max(newest, history.XidUptime).ToString("R", CultureInfo.InvariantCulture)));
    }

    public static void RecordRelease(HostSnapshot host, EventContext context)
    {
        var name = host.Host.Name;
        var subject = $"release:{name}";
        var until = host.ReleasedUntil(context.Now)?.TimeAsOf(context.Now);
        var known = context.Known.Find(name, subject);
        if (until is null == known is null)
        {
            return;
        }

        context.Add(new FleetEvent
        {
            Kind = EventKind.Gpu,
            Severity = EventSeverity.Info,
            Host = name,
            Subject = Subjects.Host(name),
            From = until is null ? "released" : "polled",
            To = until is null ? "polled" : "released",
            Text = until is null
                ? $"the GPUs of {name} are polled again"
                : FormattableString.Invariant($"the GPUs of {name} are not polled until {until:yyyy-MM-dd HH:mm} UTC: they were released"),
        });
        if (known is not null)
        {
            context.Known.Remove(known);
        }
        else
        {
            context.Known.Set(new SubjectState(subject, name, "released"));
        }
    }
}
