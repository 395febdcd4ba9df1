using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>tmux sessions that have ended: those that the server of their user no longer lists.</summary>
internal static class SessionChanges
{
    /// <summary>More than any host has users of tmux.</summary>
    private const int MaxServers = 256;

    /// <param name="killedBy">
    /// Who killed a session through the exporter, by host, user and name; null where nobody did.
    /// </param>
    public static void Record(HostSnapshot host, EventContext context, Func<string, string, string, string?> killedBy)
    {
        var name = host.Host.Name;
        List<string> servers = [];
        var isComplete = true;
        foreach (var collector in CollectorCatalog.All.Where(c => c is TmuxCollector or TmuxUsersCollector))
        {
            var outcome = host.Outcomes.Find(collector.Name);
            if (host.ReadingOf(collector, context.Now) is not TmuxReading reading || outcome?.ReadingAt?.TimeAsOf(context.Now) is not { } at)
            {
                isComplete &= outcome?.OffBecause is not null;
                continue;
            }

            foreach (var (server, _) in reading.Servers.Where(s => s.Server.Failure is null).Take(MaxServers))
            {
                Record(name, server, at, context, killedBy);
            }

            servers.AddRange(reading.Servers.Select(s => Subjects.Session(name, s.Server.User, "")));
        }

        // Users that are no longer asked for: nobody knows what became of their sessions.
        foreach (var known in !isComplete ? [] : context.Known.Of(name, Subjects.Session(name, "", "")[..^1]))
        {
            if (!servers.Exists(server => known.Subject.StartsWith(server, StringComparison.Ordinal)))
            {
                context.Known.Remove(known);
            }
        }
    }

    private static void Record(
        string host, TmuxServer server, DateTimeOffset at, EventContext context, Func<string, string, string, string?> killedBy)
    {
        var prefix = Subjects.Session(host, server.User, "");
        var sessions = server.Sessions.ToDictionary(IdentityOf);
        foreach (var known in context.Known.Of(host, prefix))
        {
            // Otherwise it was only renamed.
            if (known.Identity is null || !sessions.ContainsKey(known.Identity))
            {
                context.Add(Ended(host, server.User, known, killedBy));
            }

            if (known.Identity is null || !sessions.TryGetValue(known.Identity, out var same) || SubjectOf(same) != known.Subject)
            {
                context.Known.Remove(known);
            }
        }

        foreach (var session in server.Sessions.DistinctBy(SubjectOf))
        {
            var state = new SubjectState(
                SubjectOf(session), host, "running", IdentityOf(session), Printable.Line(session.Name, 200));
            if (context.Known.Find(host, state.Subject) is not { } known || known with { At = null } != state)
            {
                context.Known.Set(state);
            }

            context.Known.Seen(state, at);
        }

        string SubjectOf(TmuxSession session) => Subjects.Session(host, server.User, session.Name);
    }

    /// <summary>The id, and the creation time in seconds.</summary>
    private static string IdentityOf(TmuxSession session) =>
        string.Create(CultureInfo.InvariantCulture, $"{session.Id} {session.Created.ToUnixTimeSeconds()}");

    private static FleetEvent Ended(string host, string user, SubjectState known, Func<string, string, string, string?> killedBy)
    {
        var name = known.Label ?? "";
        var created = known.Identity?.Split(' ') is [_, var seconds] && long.TryParse(seconds, CultureInfo.InvariantCulture, out var unix)
            ? DateTimeOffset.FromUnixTimeSeconds(unix)
            : (DateTimeOffset?)null;
        var lived = known.At - created is { Ticks: >= 0 } time ? time : (TimeSpan?)null;
        var by = killedBy(host, user, name);
        return new FleetEvent
        {
            Kind = EventKind.Session,
            Severity = EventSeverity.Info,
            Host = host,
            Subject = known.Subject,
            From = "running",
            To = "ended",
            Reason = by is null ? null : "killed",
            Text = $"the tmux session {name} of {Printable.Line(user, 64)} on {host} {(by is null ? "ended" : $"was killed by {by}")}"
                + (lived is { } age ? $" after {Format(age)}" : ""),
            Detail = new JsonObject
            {
                ["user"] = Printable.Line(user, 64),
                ["name"] = name,
                ["created"] = Rfc3339(created),
                ["last_seen"] = Rfc3339(known.At),
                ["duration_seconds"] = lived is { } duration ? (long)duration.TotalSeconds : null,
                ["killed_by"] = by,
            },
        };
    }

    private static string Format(TimeSpan age)
    {
        var (number, unit) = age.TotalDays >= 2 ? (age.TotalDays, "days")
            : age.TotalHours >= 2 ? (age.TotalHours, "h")
            : age.TotalMinutes >= 2 ? (age.TotalMinutes, "min")
            : (age.TotalSeconds, "s");
        return FormattableString.Invariant($"{Math.Floor(number):0} {unit}");
    }

    private static string? Rfc3339(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
