namespace FleetExporter.Parsing;

/// <summary>The parser of the section <c>tmux</c>.</summary>
internal static class Tmux
{
    /// <summary>
    /// Parses <c>tmux -u list-sessions -F 'S#{session_id}:…:#{session_name}' \; list-panes -a -F 'P…'</c>, standard error included, and
    /// /proc/PID/stat of the panes' process trees, per user.
    /// </summary>
    /// <param name="body">
    /// Per user: <c>U&lt;status&gt;:&lt;user&gt;</c>; <c>S$12:created:attached:windows:activity:last_attached:name</c> (the name last,
    /// since it may hold colons; last_attached empty or 0 = never); <c>P$12:%3:pid:dead:output:job</c> (output: window_activity of its
    /// window; job: <c>@fleet_job</c> of the pane); stat lines, possibly split by a newline in comm. Other text is an error,
    /// except after a stat line, where it is the rest of a process name: users control that text, so it is ignored.
    /// </param>
    /// <returns>
    /// One server per user in output order, sessions by id. Times in UTC, CPU seconds, pages. No server, socket or session gives an empty list;
    /// any other error text, with status 0 too, sets <see cref="TmuxServer.Failure"/> and leaves no session.
    /// </returns>
    /// <exception cref="FormatException">No <c>U</c> line.</exception>
    /// <remarks>Seen: tmux 3.3a; texts and formats of 3.0a to 3.7 from its source.</remarks>
    public static IReadOnlyList<TmuxServer> Parse(string body)
    {
        var servers = new List<TmuxServer>();
        var sessions = 0;
        foreach (var block in AnswerBlock.Split("tmux", body).DistinctBy(static b => b.Key, StringComparer.Ordinal))
        {
            servers.Add(ParseWithinLimits(block, sessions));
            sessions += servers[^1].Sessions.Count;
        }

        return servers;
    }

    /// <summary>A user who exceeds a limit fails alone; sessions of other users are kept.</summary>
    /// <param name="previous">Number of tmux sessions of the preceding users.</param>
    private static TmuxServer ParseWithinLimits(AnswerBlock block, int previous)
    {
        try
        {
            var server = ParseServer(block);
            RemoteLimits.Check(previous + server.Sessions.Count, RemoteLimits.Sessions, "tmux sessions");
            return server;
        }
        catch (FormatException e)
        {
            return new TmuxServer(block.Key, [], CollectorFailure.Parse, e.Message);
        }
    }

    private static TmuxServer ParseServer(AnswerBlock block)
    {
        var sessions = new Dictionary<string, TmuxSession>(StringComparer.Ordinal);
        var panes = new List<TmuxPane>();
        var stats = new List<ProcessStat>();
        var texts = new List<string>();
        var inStats = false;
        foreach (var line in block.Lines)
        {
            inStats |= BeginsStat(line);
            if (inStats)
            {
                if (ProcessStat.TryParse(line, out var stat))
                {
                    stats.Add(stat);
                }
            }
            else if (ParseSession(line) is { } session)
            {
                sessions.TryAdd(session.Id, session);
                RemoteLimits.Check(sessions.Count, RemoteLimits.Sessions, "tmux sessions");
            }
            else if (TmuxPane.TryParse(line) is { } pane)
            {
                panes.Add(pane);
                RemoteLimits.Check(panes.Count, RemoteLimits.Panes, "tmux panes");
            }
            else if (!TmuxError.IsNoise(line))
            {
                texts.Add(line);
            }
        }

        var answered = texts.Count > 0 ? sessions.Count == 0 && texts.All(TmuxError.IsNoSession) : block.Status == 0;
        if (!answered)
        {
            var (reason, message) = TmuxError.Classify(block, texts);
            return new TmuxServer(block.Key, [], reason, message);
        }

        var processes = TmuxPane.Processes(panes, stats);
        var dead = panes.Where(static p => p.Dead).DistinctBy(static p => (p.SessionId, p.Id)).CountBy(static p => p.SessionId).ToDictionary();
        var ofSession = panes.ToLookup(static p => p.SessionId);
        var names = new UniqueNames();
        return new TmuxServer(block.Key, [.. sessions.Values.OrderBy(static s => TmuxId.Number(s.Id)).Select(s => s with
        {
            Name = names.Of(s.Name),
            Panes = [.. ofSession[s.Id].Select(static p => p.Id).Distinct(StringComparer.Ordinal)],
            Output = ofSession[s.Id].Max(static p => p.Output),
            Job = ofSession[s.Id].Select(static p => p.Job).FirstOrDefault(static job => job is not null),
            DeadPanes = dead.GetValueOrDefault(s.Id),
            Processes = [.. processes[s.Id]],
        })]);
    }

    private static TmuxSession? ParseSession(string line)
    {
        if (line.Split(':', 7) is not [['S', .. var id], var created, var attached, var windows, var activity, var lastAttached, var name]
            || !TmuxId.IsSession(id)
            || SectionText.UnixTime(created) is not { } createdAt
            || !SectionText.TryCount(attached, out var clients)
            || !SectionText.TryCount(windows, out var windowCount)
            || SectionText.UnixTime(activity) is not { } activeAt)
        {
            return null;
        }

        return new TmuxSession
        {
            Id = id,
            Name = Printable.Text(Printable.Cut(name, RemoteLimits.NameLength)),
            Created = createdAt,
            Activity = activeAt,
            LastAttached = SectionText.UnixTime(lastAttached) is { } last && last > DateTimeOffset.UnixEpoch ? last : null,
            AttachedClients = clients,
            Windows = windowCount,
        };
    }

    /// <summary>Starts with pid, blank and parenthesis; true also for a line split by a newline in comm.</summary>
    private static bool BeginsStat(string line)
    {
        var digits = line.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && line.AsSpan(digits).StartsWith(" (");
    }
}
