namespace FleetExporter.Store;

/// <summary>The tables of events and of what each exporter last knew. Shared by the exporters of a store.</summary>
/// <param name="maxRows">Rows beyond this number are deleted, oldest first.</param>
internal sealed class EventLog(Database database, int maxRows = EventLog.MaxRows)
{
    public const int MaxRows = 100_000;

    /// <summary>Rows older than this are deleted.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(90);

    private const int MaxDeletedPerTransaction = 500;

    private const string Columns = "id, at, kind, severity, host, subject, state_from, state_to, reason, text, detail, exporter";

    /// <summary>Adds events, and changes what is known, in one transaction.</summary>
    /// <param name="states">By subject; null deletes.</param>
    /// <returns>An empty string, once it is on disk. May be repeated with the same arguments.</returns>
    public Task<StoreResult<string>> WriteAsync(
        IReadOnlyCollection<FleetEvent> events, IReadOnlyDictionary<string, SubjectState?> states, ExporterInstance by, CancellationToken stop)
    {
        var rows = events.Select(EventRow.Of).ToList();
        var (kept, removed) = (
            states.Values.OfType<SubjectState>().Select(s => StateRow.Of(s, by.Id)).ToList(),
            states.Where(s => s.Value is null).Select(s => new { exporter = by.Id, subject = s.Key }).ToList());
        return database.WriteAsync<string>(
            async work =>
            {
                await work.RunAsync(
                    $"""
                    INSERT INTO events ({Columns})
                    VALUES (@Id, @At, @Kind, @Severity, @Host, @Subject, @StateFrom, @StateTo, @Reason, @Text, @Detail, @Exporter)
                    ON CONFLICT (id) DO NOTHING
                    """,
                    rows).ConfigureAwait(false);
                await work.RunAsync("DELETE FROM event_states WHERE exporter = @exporter AND subject = @subject", removed).ConfigureAwait(false);
                await work.RunAsync(
                    """
                    INSERT INTO event_states (exporter, subject, host, state, identity, label, at)
                    VALUES (@Exporter, @Subject, @Host, @State, @Identity, @Label, @At)
                    ON CONFLICT (exporter, subject) DO UPDATE SET
                        host = excluded.host, state = excluded.state, identity = excluded.identity, label = excluded.label, at = excluded.at
                    """,
                    kept).ConfigureAwait(false);
                return "";
            },
            stop,
            Database.BackgroundTimeout);
    }

    /// <summary>What this exporter last knew.</summary>
    public Task<StoreResult<IReadOnlyList<SubjectState>>> StatesAsync(ExporterInstance of, CancellationToken stop) =>
        database.ReadAsync<IReadOnlyList<SubjectState>>(
            async work => (await work.ManyAsync<StateRow>(
                "SELECT subject, host, state, identity, label, at FROM event_states WHERE exporter = @Id", new { of.Id }).ConfigureAwait(false))
                .ConvertAll(r => r.ToRecord()),
            stop);

    /// <summary>Whether the text is a valid cursor of <see cref="ListAsync"/>.</summary>
    public static bool IsCursor(string text) => Ids.LooksLikeId(text);

    /// <summary>Newest first.</summary>
    /// <param name="cursor">Cursor of the previous page; null starts at the newest.</param>
    public Task<StoreResult<Page<FleetEvent>>> ListAsync(EventQuery query, int limit, string? cursor, CancellationToken stop)
    {
        List<string> conditions = [];
        Add(cursor, "id < @before");
        Add(query.Kinds, $"kind {In("kinds")}");
        Add(query.Hosts, $"host {In("hosts")}");
        Add(query.Severities, $"severity {In("severities")}");
        Add(query.Subject, "subject = @subject");
        Add(query.Since, "at >= @since");
        Add(query.Until, "at < @until");
        Add(query.Word, @"LOWER(text || ' ' || subject || ' ' || COALESCE(reason, '')) LIKE LOWER(@like) ESCAPE '\'");
        return database.ReadAsync<Page<FleetEvent>>(
            async work =>
            {
                var rows = await work.ManyAsync<EventRow>(
                    $"SELECT {Columns} FROM events WHERE {(conditions.Count > 0 ? string.Join(" AND ", conditions) : "1 = 1")} "
                        + "ORDER BY id DESC LIMIT @max",
                    new
                    {
                        before = cursor,
                        kinds = query.Kinds?.Select(Cells.Of).ToArray(),
                        hosts = query.Hosts?.ToArray(),
                        severities = query.Severities?.Select(Cells.Of).ToArray(),
                        subject = query.Subject,
                        since = Cells.Of(query.Since),
                        until = Cells.Of(query.Until),
                        like = $"%{query.Word?.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%",
                        max = limit + 1,
                    }).ConfigureAwait(false);
                return Page<FleetEvent>.Of([.. rows.Select(r => r.ToRecord())], limit, e => e.Id);
            },
            stop);

        void Add(object? value, string condition)
        {
            if (value is not null)
            {
                conditions.Add(condition);
            }
        }

        // Npgsql accepts an array parameter; SQLite does not.
        string In(string parameter) => database.IsShared ? $"= ANY(@{parameter})" : $"IN @{parameter}";
    }

    /// <summary>Deletes the rows beyond the limits, oldest first, and what exporters knew that have not run since, in small transactions.</summary>
    /// <returns>The error if some were not deleted; the next call retries.</returns>
    public async Task<StoreError?> TrimAsync(CancellationToken stop)
    {
        var before = Cells.Of(database.Clock.GetUtcNow() - Retention);
        while (true)
        {
            var deleted = 0;
            var trimmed = await database.WriteAsync<string>(
                async work =>
                {
                    var last = await work.OneAsync<string>("SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET @maxRows", new { maxRows })
                        .ConfigureAwait(false);
                    deleted = await work.RunAsync(
                        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < @before OR id <= @last ORDER BY id LIMIT @max)",
                        new { before, last = last ?? "", max = MaxDeletedPerTransaction }).ConfigureAwait(false);
                    await work.RunAsync(
                        "DELETE FROM event_states WHERE exporter IN (SELECT exporter FROM event_states WHERE subject = @Exporter AND at < @before)",
                        new { Subjects.Exporter, before }).ConfigureAwait(false);
                    return "";
                },
                stop).ConfigureAwait(false);
            if (!trimmed.Success || deleted < MaxDeletedPerTransaction)
            {
                return trimmed.Error;
            }
        }
    }
}

internal sealed class EventRow
{
    public string Id { get; set; } = "";

    public long At { get; set; }

    public string Kind { get; set; } = "";

    public string Severity { get; set; } = "";

    public string? Host { get; set; }

    public string Subject { get; set; } = "";

    public string? StateFrom { get; set; }

    public string? StateTo { get; set; }

    public string? Reason { get; set; }

    public string Text { get; set; } = "";

    public string? Detail { get; set; }

    public string Exporter { get; set; } = "";

    public static EventRow Of(FleetEvent e) => new()
    {
        Id = e.Id,
        At = Cells.Of(e.At),
        Kind = Cells.Of(e.Kind),
        Severity = Cells.Of(e.Severity),
        Host = e.Host,
        Subject = Cells.Text(e.Subject),
        StateFrom = e.From,
        StateTo = e.To,
        Reason = e.Reason,
        Text = Cells.Text(e.Text),
        Detail = e.Detail is { } detail ? Cells.Of(detail) : null,
        Exporter = e.Exporter,
    };

    public FleetEvent ToRecord() => new()
    {
        Id = Id,
        At = Cells.Time(At),
        Kind = Cells.Member<EventKind>(Kind),
        Severity = Cells.Member<EventSeverity>(Severity),
        Host = Host,
        Subject = Subject,
        From = StateFrom,
        To = StateTo,
        Reason = Reason,
        Text = Text,
        Detail = Detail is { } detail ? Cells.Json(detail) : null,
        Exporter = Exporter,
    };
}

internal sealed class StateRow
{
    public string Exporter { get; set; } = "";

    public string Subject { get; set; } = "";

    public string Host { get; set; } = "";

    public string State { get; set; } = "";

    public string? Identity { get; set; }

    public string? Label { get; set; }

    public long? At { get; set; }

    public static StateRow Of(SubjectState s, string exporter) => new()
    {
        Exporter = exporter,
        Subject = Cells.Text(s.Subject),
        Host = s.Host,
        State = s.State,
        Identity = s.Identity is { } identity ? Cells.Text(identity) : null,
        Label = s.Label is { } label ? Cells.Text(label) : null,
        At = Cells.Of(s.At),
    };

    public SubjectState ToRecord() => new(Subject, Host, State, Identity, Label, Cells.Time(At));
}
