namespace FleetExporter.Store;

/// <summary>The table of tmux sessions that were attached. Shared by the exporters of a store.</summary>
internal sealed class AttachedSessions(Database database)
{
    /// <summary>Maximum rows per host; those not seen for the longest time are deleted.</summary>
    public const int MaxPerHost = 1024;

    /// <summary>Sessions that were not seen for this long are deleted.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(90);

    /// <summary>The rows of all hosts.</summary>
    public Task<StoreResult<IReadOnlyList<AttachedSession>>> AllAsync(CancellationToken stop) => database.ReadAsync<IReadOnlyList<AttachedSession>>(
        async work => (await work.ManyAsync<AttachedSessionRow>(
            "SELECT host, user_name, session_id, created_at, attached_at, seen_at FROM attached_sessions", new { }).ConfigureAwait(false))
            .ConvertAll(r => r.ToRecord()),
        stop);

    /// <summary>
    /// Upserts seen sessions, deletes removed ones and enforces the limits, in one transaction. Existing rows keep their times where those are later.
    /// </summary>
    /// <returns>An empty string, once it is on disk.</returns>
    public Task<StoreResult<string>> WriteAsync(IEnumerable<AttachedSession> seen, IEnumerable<AttachedSession> removed, CancellationToken stop)
    {
        var (seenRows, removedRows) = (Rows(seen), Rows(removed));
        return database.WriteAsync<string>(
            async work =>
            {
                await work.RunAsync(
                    """
                    DELETE FROM attached_sessions
                    WHERE host = @Host AND user_name = @UserName AND session_id = @SessionId AND created_at = @CreatedAt
                    """,
                    removedRows).ConfigureAwait(false);
                await work.RunAsync(
                    """
                    INSERT INTO attached_sessions (host, user_name, session_id, created_at, attached_at, seen_at)
                    VALUES (@Host, @UserName, @SessionId, @CreatedAt, @AttachedAt, @SeenAt)
                    ON CONFLICT (host, user_name, session_id, created_at) DO UPDATE SET
                        attached_at = CASE WHEN excluded.attached_at > attached_sessions.attached_at
                            THEN excluded.attached_at ELSE attached_sessions.attached_at END,
                        seen_at = CASE WHEN excluded.seen_at > attached_sessions.seen_at THEN excluded.seen_at ELSE attached_sessions.seen_at END
                    """,
                    seenRows).ConfigureAwait(false);
                await work.RunAsync(
                    """
                    DELETE FROM attached_sessions WHERE host = @host AND (user_name, session_id, created_at) NOT IN (
                        SELECT user_name, session_id, created_at FROM attached_sessions WHERE host = @host
                        ORDER BY seen_at DESC, attached_at DESC LIMIT @max)
                    """,
                    seenRows.Select(r => r.Host).Distinct().Select(host => new { host, max = MaxPerHost })).ConfigureAwait(false);
                await work.RunAsync(
                    "DELETE FROM attached_sessions WHERE seen_at < @expired",
                    new { expired = Cells.Of(database.Clock.GetUtcNow() - Retention) }).ConfigureAwait(false);
                return "";
            },
            stop,
            Database.BackgroundTimeout);
    }

    /// <summary>Sorted, so that exporters that write the same rows concurrently rarely deadlock.</summary>
    private static List<AttachedSessionRow> Rows(IEnumerable<AttachedSession> sessions) => [.. sessions.Select(AttachedSessionRow.Of)
        .OrderBy(r => r.Host, StringComparer.Ordinal)
        .ThenBy(r => r.UserName, StringComparer.Ordinal)
        .ThenBy(r => r.SessionId, StringComparer.Ordinal)];
}

internal sealed class AttachedSessionRow
{
    public string Host { get; set; } = "";

    public string UserName { get; set; } = "";

    public string SessionId { get; set; } = "";

    public long CreatedAt { get; set; }

    public long AttachedAt { get; set; }

    public long SeenAt { get; set; }

    public static AttachedSessionRow Of(AttachedSession s) => new()
    {
        Host = s.Host,
        UserName = s.UserName,
        SessionId = s.SessionId,
        CreatedAt = Cells.Of(s.CreatedAt),
        AttachedAt = Cells.Of(s.AttachedAt),
        SeenAt = Cells.Of(s.SeenAt),
    };

    public AttachedSession ToRecord() => new(Host, UserName, SessionId, Cells.Time(CreatedAt), Cells.Time(AttachedAt), Cells.Time(SeenAt));
}
