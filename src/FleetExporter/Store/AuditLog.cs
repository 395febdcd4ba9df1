using System.Globalization;

namespace FleetExporter.Store;

/// <summary>The table of control calls, to which rows are only added.</summary>
internal sealed class AuditLog(Database database)
{
    private const string Columns = "at, who, address, action, target, command, exit_code, duration_ms, outcome";

    /// <summary>Adds it.</summary>
    /// <returns>The same with its id, once it is on the disk.</returns>
    public Task<StoreResult<AuditEntry>> AddAsync(AuditEntry entry, CancellationToken stop) => database.WriteAsync<AuditEntry>(
        async work => entry with
        {
            Id = await work.OneAsync<long>(
                $"INSERT INTO audit ({Columns}) VALUES (@At, @Who, @Address, @Action, @Target, @Command, @ExitCode, @DurationMs, @Outcome) RETURNING id",
                AuditRow.Of(entry)).ConfigureAwait(false),
        },
        stop);

    /// <summary>Whether it could be a cursor of <see cref="ListAsync"/>.</summary>
    public static bool IsCursor(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>The latest first.</summary>
    /// <param name="cursor">Of the page before; what could be none begins at the latest.</param>
    public Task<StoreResult<Page<AuditEntry>>> ListAsync(int limit, string? cursor, CancellationToken stop)
    {
        var before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        return database.ReadAsync<Page<AuditEntry>>(
            async work =>
            {
                var rows = await work.ManyAsync<AuditRow>(
                    $"SELECT id, {Columns} FROM audit WHERE id < @before ORDER BY id DESC LIMIT @most", new { before, most = limit + 1 }).ConfigureAwait(false);
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

    public static AuditRow Of(AuditEntry e) => new()
    {
        At = Cells.Of(e.At),
        Who = e.Who,
        Address = e.Address,
        Action = e.Action,
        Target = e.Target,
        Command = e.Command,
        ExitCode = e.ExitCode,
        DurationMs = (long)e.Duration.TotalMilliseconds,
        Outcome = Cells.Of(e.Outcome),
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
