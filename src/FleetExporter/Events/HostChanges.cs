using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Changes of a host's status, and reboots.</summary>
internal static class HostChanges
{
    public static void Record(HostSnapshot host, EventContext context)
    {
        var (name, now) = (host.Host.Name, context.Now);
        var (subject, status) = (Subjects.Host(name), host.Status(now));
        var known = context.Known.Find(name, subject);
        if (!IsDecided(host, status, known, context))
        {
            return;
        }

        var state = Words.Of(status);
        var boot = host.History.BootId ?? known?.Identity;
        if (known is null)
        {
            if (!context.Known.IsFirstStart)
            {
                Add(EventSeverity.Info, null, "added", null, $"{name} was added");
            }
        }
        else
        {
            if (known.Identity is { } previous && boot != previous)
            {
                Add(EventSeverity.Warning, null, "rebooted", null, $"{name} was rebooted");
            }

            if (known.State != state)
            {
                var (severity, text) = Describe(host, status, now);
                Add(severity, known.State, state, status == HostStatus.Online ? null : HostReason.Of(host, now), text);
            }
        }

        context.Known.Set(new SubjectState(
            subject, name, state, boot, null, status == HostStatus.Offline ? host.LastSeen?.Time ?? known?.At : null));

        void Add(EventSeverity severity, string? from, string to, string? reason, string text) => context.Add(new FleetEvent
        {
            Kind = EventKind.Host,
            Severity = severity,
            Host = name,
            Subject = subject,
            From = from,
            To = to,
            Reason = reason,
            Text = text,
        });
    }

    /// <summary>The events of a host, and of all that is on it, end.</summary>
    public static void Remove(string name, EventContext context)
    {
        if (context.Known.Find(name, Subjects.Host(name)) is { } known)
        {
            context.Add(new FleetEvent
            {
                Kind = EventKind.Host,
                Severity = EventSeverity.Info,
                Host = name,
                Subject = known.Subject,
                From = known.State,
                To = "removed",
                Text = $"{name} was removed",
            });
        }

        context.Known.RemoveHost(name);
    }

    /// <summary>Whether the status says something about the host, and not only that its monitor has just started or reconnected.</summary>
    private static bool IsDecided(HostSnapshot host, HostStatus status, SubjectState? known, EventContext context) => status switch
    {
        HostStatus.Online => known?.State != Words.Of(HostStatus.Degraded) || !IsProblemUnread(host, context.Known),
        HostStatus.Degraded when known?.State == Words.Of(HostStatus.Offline) =>
            host.LastSeen is not null && host.Connection.Up && context.Now - host.Connection.Since >= host.Timing.Interval,
        HostStatus.Degraded => host.LastSeen is not null || host.Connection.Failure is not null,
        _ => true,
    };

    /// <summary>After a restart: whether what failed before it was not read again yet.</summary>
    private static bool IsProblemUnread(HostSnapshot host, KnownStates known)
    {
        var prefix = Subjects.Collector(host.Host.Name, "");
        return known.Of(host.Host.Name, prefix).Any(k => k.State == CollectorChanges.Failing
                && CollectorCatalog.Find(k.Subject[prefix.Length..]) is { IsOnDemand: false } collector && !host.Outcomes.Contains(collector.Name))
            || (known.Of(host.Host.Name, "gpu:").Any(k => k.State != GpuChanges.Ok) && !host.Outcomes.Contains("gpu"));
    }

    private static (EventSeverity Severity, string Text) Describe(HostSnapshot host, HostStatus status, Instant now)
    {
        var name = host.Host.Name;
        return status switch
        {
            HostStatus.Online => (EventSeverity.Ok, $"{name} is online again"),
            HostStatus.Degraded => (EventSeverity.Warning, $"{name} is degraded: {host.Problem(now)}"),
            _ => (EventSeverity.Critical, $"{name} went offline: {host.Problem(now) ?? "no answer"}"),
        };
    }
}
