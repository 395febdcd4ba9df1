using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Overview;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;
using FleetExporter.Targets.Services;

namespace FleetExporter.Events;

/// <summary>Changes of the states of targets, as the overview shows them.</summary>
internal static class TargetChanges
{
    /// <summary>Compares the states of all watched targets.</summary>
    public static void Record(FleetConfig config, IReadOnlyList<WatchedTarget> watched, FleetState state, EventContext context)
    {
        IReadOnlyList<TargetConfig> targets = [.. watched.Where(w => w.Idle is null).Select(w => w.Target!)];
        var parts = new OverviewParts(config with { Targets = [.. targets] }, state, context.Now).Targets()
            .ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            var subject = Subjects.Target(TargetCatalog.KindOf(target).Name, target.Name);
            if (state.FindTarget(target.Name) is { At: not null } snapshot)
            {
                var (status, problem) = target is ServiceConfig service
                    ? Of(TargetSummaries.Summarize(service, state, context.Now))
                    : (parts[target.Name].Status, parts[target.Name].Reason);
                Record(target, subject, status, snapshot.Failure is { } failure ? Words.Of(failure) : null, problem, context);
            }
        }
    }

    /// <summary>Drops those that exist no longer; one that is only not watched stays known.</summary>
    /// <param name="all">Every target of fleet.yml and of the store, which has been read.</param>
    public static void Remove(IReadOnlyList<WatchedTarget> all, EventContext context)
    {
        var subjects = all.Select(w => Subjects.Target(w.Kind, w.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var known in context.Known.Of(KnownStates.NoHost, "").Where(k => k.Subject != Subjects.Exporter && !IsAlert(k)))
        {
            if (!subjects.Contains(known.Subject))
            {
                var text = $"the {Named(known.Subject)} was removed";
                context.Add(Of(known.Label, known.Subject, EventSeverity.Info, known.State, "removed", null, text));
                context.Known.Remove(known);
            }
        }
    }

    private static bool IsAlert(SubjectState known) => known.Subject.StartsWith(Subjects.Alert(""), StringComparison.Ordinal);

    private static void Record(TargetConfig target, string subject, PartStatus status, string? failure, string? problem, EventContext context)
    {
        var state = Words.Of(status);
        var known = context.Known.Find(KnownStates.NoHost, subject);
        if (known is null && !context.Known.IsFirstStart)
        {
            context.Add(Of(target.Host, subject, EventSeverity.Info, null, "added", null, $"the {Named(subject)} was added"));
        }
        else if (known is not null && known.State != state)
        {
            var (severity, text) = status switch
            {
                PartStatus.Ok => (EventSeverity.Ok, "is ok again"),
                PartStatus.Degraded => (EventSeverity.Warning, $"is degraded: {problem}"),
                _ => (EventSeverity.Critical, $"fails: {problem}"),
            };
            var reason = status == PartStatus.Ok ? null : failure ?? "not_ready";
            context.Add(Of(target.Host, subject, severity, known.State, state, reason, $"the {Named(subject)} {text}"));
        }

        context.Known.Set(new SubjectState(subject, KnownStates.NoHost, state, null, target.Host));
    }

    private static (PartStatus Status, string? Problem) Of(ServiceSummary service) => service.State switch
    {
        "ok" => (PartStatus.Ok, null),
        "loading" => (PartStatus.Degraded, "loading its model"),
        _ => (PartStatus.Error, service.Target.Error ?? "it reports an error"),
    };

    /// <summary>Kind and name.</summary>
    private static string Named(string subject) => subject.Replace(':', ' ');

    private static FleetEvent Of(string? host, string subject, EventSeverity severity, string? from, string to, string? reason, string text) => new()
    {
        Kind = EventKind.Target,
        Severity = severity,
        Host = host,
        Subject = subject,
        From = from,
        To = to,
        Reason = reason,
        Text = text,
    };
}
