using System.Globalization;

namespace FleetExporter.Store;

/// <summary>
/// The append-only table of audited calls; only old rows are deleted. A call has one row, or one at its start and one at its end.
/// </summary>
internal sealed class AuditLog(Database database)
{
    private const string Columns = "at, who, address, action, target, command, exit_code, duration_ms, outcome, call_id, instance, run";

    private const string Insert =
        $"""
        INSERT INTO audit ({Columns})
        VALUES (@At, @Who, @Address, @Action, @Target, @Command, @ExitCode, @DurationMs, @Outcome, @CallId, @Instance, @Run) RETURNING id
        """;

    private readonly GroupCommit<AuditEntry> _rows = new(
        database, async (work, entry) => entry with { Id = await work.OneAsync<long>(Insert, AuditRow.Of(entry)).ConfigureAwait(false) });

    /// <summary>Adds a row.</summary>
    /// <returns>The entry with its id, once it is on disk.</returns>
    public Task<StoreResult<AuditEntry>> AddAsync(AuditEntry entry) => _rows.AddAsync(entry);

    /// <summary>
    /// Adds an end with the outcome <see cref="AuditOutcome.Unknown"/> to calls that an earlier run of this exporter left unfinished, oldest
    /// first.
    /// </summary>
    /// <param name="max">Maximum number of calls per transaction.</param>
    /// <returns>The first rows of these calls.</returns>
    public Task<StoreResult<IReadOnlyList<AuditEntry>>> EndUnfinishedAsync(ExporterInstance by, DateTimeOffset at, int max, CancellationToken stop) =>
        database.WriteAsync<IReadOnlyList<AuditEntry>>(
            async work =>
            {
                var rows = await work.ManyAsync<AuditRow>(
                    """
                    SELECT id, at, who, address, action, target, duration_ms, outcome FROM audit b
                    WHERE b.outcome = 'begun' AND b.instance = @Id AND b.run <> @Run AND NOT EXISTS (SELECT 1 FROM audit e WHERE e.call_id = b.id)
                    ORDER BY b.id LIMIT @max
                    """,
                    new { by.Id, by.Run, max }).ConfigureAwait(false);
                var begun = rows.ConvertAll(r => r.ToRecord());
                foreach (var call in begun)
                {
                    var end = call with { At = at, Duration = TimeSpan.Zero, Outcome = AuditOutcome.Unknown, CallId = call.Id };
                    await work.OneAsync<long>(Insert, AuditRow.Of(end)).ConfigureAwait(false);
                }

                return begun;
            },
            stop,
            Database.BackgroundTimeout);

    /// <summary>
    /// Deletes rows older than a time, oldest first, a thousand per transaction. The database rejects deleting rows younger than 60
    /// days.
    /// </summary>
    /// <returns>The error if some were not deleted; the next call retries.</returns>
    public async Task<StoreError?> TrimAsync(DateTimeOffset before, CancellationToken stop)
    {
        const int MaxPerTransaction = 1000;
        while (true)
        {
            var deleted = 0;
            var trimmed = await database.WriteAsync<string>(
                async work =>
                {
                    deleted = await work.RunAsync(
                        "DELETE FROM audit WHERE at < @before AND id IN (SELECT id FROM audit ORDER BY id LIMIT @max)",
                        new { before = Cells.Of(before), max = MaxPerTransaction }).ConfigureAwait(false);
                    return "";
                },
                stop).ConfigureAwait(false);
            if (!trimmed.Success || deleted < MaxPerTransaction)
            {
                return trimmed.Error;
            }
        }
    }

    /// <summary>Whether the text is a valid cursor of <see cref="ListAsync"/>.</summary>
    public static bool IsCursor(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>Calls, newest first: id, time and command of the first row, outcome of the end.</summary>
    /// <param name="cursor">Cursor of the previous page; starts at the newest call for null or an invalid one.</param>
    public Task<StoreResult<Page<AuditEntry>>> ListAsync(int limit, string? cursor, CancellationToken stop)
    {
        var before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        return database.ReadAsync<Page<AuditEntry>>(
            async work =>
            {
                // The later of two ends counts: an exporter that was considered dead may still end its call.
                var rows = await work.ManyAsync<AuditRow>(
                    """
                    SELECT b.id, b.at, b.who, b.address, b.action, b.target, b.command, COALESCE(e.exit_code, b.exit_code) AS exit_code,
                        COALESCE(e.duration_ms, b.duration_ms) AS duration_ms, COALESCE(e.outcome, b.outcome) AS outcome
                    FROM audit b LEFT JOIN audit e ON b.outcome = 'begun' AND e.id = (SELECT MAX(x.id) FROM audit x WHERE x.call_id = b.id)
                    WHERE b.id < @before AND b.call_id IS NULL ORDER BY b.id DESC LIMIT @max
                    """,
                    new { before, max = limit + 1 }).ConfigureAwait(false);
                return Page<AuditEntry>.Of([.. rows.Select(r => r.ToRecord())], limit, e => e.Id.ToString(CultureInfo.InvariantCulture));
            },
            stop);
    }
}

internal sealed class AuditRow
{
    public long Id { get; set; }

    public long At { get; set; }

    public string Who { get; set; } = "";

    public string Address { get; set; } = "";

    public string Action { get; set; } = "";

    public string? Target { get; set; }

    public string? Command { get; set; }

    public int? ExitCode { get; set; }

    public long DurationMs { get; set; }

    public string Outcome { get; set; } = "";

    public long? CallId { get; set; }

    public string? Instance { get; set; }

    public string? Run { get; set; }

    public static AuditRow Of(AuditEntry e) => new()
    {
        At = Cells.Of(e.At),
        Who = Cells.Text(e.Who),
        Address = e.Address,
        Action = e.Action,
        Target = e.Target is { } target ? Cells.Text(target) : null,
        Command = e.Command is { } command ? Cells.Text(command) : null,
        ExitCode = e.ExitCode,
        DurationMs = (long)e.Duration.TotalMilliseconds,
        Outcome = Cells.Of(e.Outcome),
        CallId = e.CallId,
        Instance = e.By?.Id,
        Run = e.By?.Run,
    };

    public AuditEntry ToRecord() => new()
    {
        Id = Id,
        At = Cells.Time(At),
        Who = Who,
        Address = Address,
        Action = Action,
        Target = Target,
        Command = Command,
        ExitCode = ExitCode,
        Duration = TimeSpan.FromMilliseconds(DurationMs),
        Outcome = Cells.Member<AuditOutcome>(Outcome),
    };
}
