using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>The first audit row of a call was not stored, so the call must not run.</summary>
internal sealed class NotAuditedException(StoreError error) : Exception("the store did not accept the audit row")
{
    public StoreError Error { get; } = error;
}

/// <summary>Identity and address of a caller.</summary>
/// <param name="Caller">Name of the key, or <c>anonymous</c>; null if unauthenticated.</param>
/// <param name="Address">The caller's IP address.</param>
/// <param name="IsAdmin">Whether the caller has the scope <c>admin</c>.</param>
internal sealed record CallOrigin(string? Caller, string Address, bool IsAdmin = false);

/// <summary>Audit row fields other than caller, action, time and outcome.</summary>
/// <param name="Target">Host, session or job the call acts on.</param>
/// <param name="Command">The command as received. Written to the store only, never to a log.</param>
internal sealed record AuditDetails(string? Target = null, string? Command = null)
{
    /// <summary>Owner of the key (login) or of the login session (logout); otherwise null.</summary>
    public string? LoginName { get; init; }
}

/// <summary>
/// A call that is audited. It writes one row at its end; a call that acts on a host also writes one before it acts. Caller, address and
/// action come from the request and never change.
/// </summary>
internal sealed class AuditedCall(Audit audit, ControlAction action, CallOrigin origin, TimeProvider clock)
{
    private readonly DateTimeOffset _at = clock.GetUtcNow();
    private readonly long _started = clock.GetTimestamp();
    private long? _firstRow;
    private bool _ended;

    public CallOrigin Origin => origin;

    /// <summary>True once it has a first row or ended. The action that wrote the first row also writes the last.</summary>
    public bool IsRecorded => _firstRow is not null || _ended;

    /// <summary>Error of storing the last row; null if it was stored or none is written.</summary>
    public StoreError? AuditError { get; private set; }

    /// <summary>Writes the first of two rows. An action calls it after all checks, before it does anything on a host.</summary>
    /// <exception cref="NotAuditedException">The row was not stored; the action must not run.</exception>
    public async Task BeginAsync(AuditDetails details)
    {
        var row = await audit.BeginAsync(Entry(details, AuditOutcome.Begun) with { Command = details.Command }).ConfigureAwait(false);
        _firstRow = row.Success ? row.Value.Id : throw new NotAuditedException(row.Error);
    }

    /// <summary>Runs an action and writes the last row: with the outcome of the action, or as failed if it throws.</summary>
    /// <remarks>Calls nest when an action learns more details while running: the innermost call writes the row.</remarks>
    public async Task<T> RunAsync<T>(AuditDetails details, Func<Task<T>> run)
        where T : ActionOutcome
    {
        T outcome;
        try
        {
            outcome = await run().ConfigureAwait(false);
        }
        catch
        {
            await EndAsync(AuditOutcome.Failed, details).ConfigureAwait(false);
            throw;
        }

        if (outcome.IsRateLimited)
        {
            EndWithoutRow(outcome.Audit);
        }
        else
        {
            await EndAsync(outcome.Audit, details, outcome.ExitCode).ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Writes the only row or the second one, and counts the call. Does nothing if the call has ended.</summary>
    /// <remarks>An unauthenticated call has a row only if denied.</remarks>
    public async Task EndAsync(AuditOutcome outcome, AuditDetails details, int? exitCode = null)
    {
        var entry = Entry(details, outcome);
        if (_ended || (entry.Who.Length == 0 && outcome != AuditOutcome.Denied))
        {
            return;
        }

        _ended = true;
        AuditError = await audit.WriteAsync(action, entry with
        {
            At = _firstRow is null ? entry.At : clock.GetUtcNow(),
            Command = _firstRow is null ? details.Command : null,
            ExitCode = exitCode,
            Duration = clock.GetElapsedTime(_started),
            CallId = _firstRow,
        }).ConfigureAwait(false);
    }

    /// <summary>Counts the call and writes no row.</summary>
    public void EndWithoutRow(AuditOutcome outcome)
    {
        if (!_ended)
        {
            _ended = true;
            audit.Count(action, outcome);
        }
    }

    private AuditEntry Entry(AuditDetails details, AuditOutcome outcome) => new()
    {
        At = _at,
        Who = details.LoginName ?? origin.Caller ?? "",
        Address = origin.Address,
        Action = Words.Of(action),
        Target = details.Target,
        Duration = TimeSpan.Zero,
        Outcome = outcome,
    };
}
