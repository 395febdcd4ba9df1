using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Records control calls as store rows, log lines without command and output, and metrics. Never throws.</summary>
internal sealed partial class Audit(AuditLog log, ExporterInstance instance, ControlMetrics metrics, TimeProvider clock, ILogger<Audit> logger)
{
    /// <summary>Batch size for ending unfinished calls at start-up.</summary>
    public const int MaxUnfinished = 100;

    /// <summary>
    /// Longest wait for the store by login, logout and wrong keys, which use it only for their row; the row is still written afterwards.
    /// </summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Denied calls must not fill the disk: a burst of 100 rows, then one every 10 s. All are counted.
    /// Unauthenticated callers have a separate bucket.
    /// </summary>
    private readonly TokenBucket _unauthenticated = new(100, TimeSpan.FromSeconds(10), clock);

    private readonly TokenBucket _authenticated = new(100, TimeSpan.FromSeconds(10), clock);

    /// <summary>
    /// Raised when a call begins to act (<see cref="AuditOutcome.Begun"/>) and when one ends, stored or not: handlers must not block or throw.
    /// </summary>
    public event Action<AuditEntry>? Changed;

    /// <summary>Counts a call and adds its only or second row.</summary>
    /// <returns>Error of storing the row; null if stored, rate-limited or still being written.</returns>
    public async Task<StoreError?> WriteAsync(ControlAction action, AuditEntry entry)
    {
        Count(action, entry.Outcome);
        if (entry.Outcome == AuditOutcome.Denied && entry.CallId is null && !MayWriteDenied(entry.Who.Length > 0 ? _authenticated : _unauthenticated))
        {
            return null;
        }

        Changed?.Invoke(entry);
        var writing = AddAsync(entry);
        if (action is ControlAction.Authenticate or ControlAction.Login or ControlAction.Logout
            && await Task.WhenAny(writing, Task.Delay(LoginTimeout, TimeProvider.System)).ConfigureAwait(false) != writing)
        {
            return null;
        }

        return (await writing.ConfigureAwait(false)).Error;
    }

    /// <summary>Adds the first row of a call, before it acts. The call is counted at its end.</summary>
    /// <returns>The row, or an error: then the call must not act.</returns>
    public Task<StoreResult<AuditEntry>> BeginAsync(AuditEntry entry)
    {
        var begun = entry with { Outcome = AuditOutcome.Begun, By = instance };
        Changed?.Invoke(begun);
        return AddAsync(begun);
    }

    /// <summary>
    /// Adds final rows to unfinished calls of an earlier run of this service, at most <see cref="MaxUnfinished"/>, and logs each.
    /// </summary>
    /// <returns>Their number, and whether the store responded.</returns>
    public async Task<(int Ended, bool Success)> EndUnfinishedAsync(CancellationToken stop)
    {
        var ended = await log.EndUnfinishedAsync(instance, clock.GetUtcNow(), MaxUnfinished, stop).ConfigureAwait(false);
        foreach (var call in ended.Value ?? [])
        {
            metrics.CountAudited(true);
            Changed?.Invoke(call with { Outcome = AuditOutcome.Unknown });
            if (Enum.GetValues<ControlAction>().Where(a => Words.Of(a) == call.Action).Select(a => (ControlAction?)a).FirstOrDefault() is { } action)
            {
                Count(action, AuditOutcome.Unknown);
            }

            var target = Printable.Line(call.Target ?? "", 200);
            LogUnfinished(call.Id, call.Action, call.Who, call.Address, target, call.At);
        }

        return (ended.Value?.Count ?? 0, ended.Success);
    }

    /// <summary>Counts a call that leaves no row.</summary>
    public void Count(ControlAction action, AuditOutcome outcome) => metrics.Count(action, outcome);

    private async Task<StoreResult<AuditEntry>> AddAsync(AuditEntry entry)
    {
        StoreResult<AuditEntry> added;
        try
        {
            added = await log.AddAsync(entry).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Any exception: it must not hide the outcome of the call.
            LogBug(e, entry.Action);
            added = new StoreError.Unavailable("the store rejected the row; this is a bug of the exporter");
        }

        metrics.CountAudited(added.Success);
        var outcome = Words.Of(entry.Outcome);
        var target = Printable.Line(entry.Target ?? "", 200);
        LogCall(entry.CallId ?? added.Value?.Id, entry.Action, outcome, entry.Who, entry.Address, target, entry.ExitCode);
        if (!added.Success)
        {
            var reason = added.Error.ToString();
            LogLost(entry.Action, reason);
        }

        return added;
    }

    private static bool MayWriteDenied(TokenBucket bucket)
    {
        lock (bucket)
        {
            return bucket.TryTake();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Audit {Id}: {Action} {Outcome} by '{Who}' from {Address} on '{Target}', exit {Exit}")]
    private partial void LogCall(long? id, string action, string outcome, string who, string address, string target, int? exit);

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit row of {Action} was not stored: {Reason}")]
    private partial void LogLost(string action, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Auditing {Action} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string action);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Audit {Id}: unknown outcome of {Action} by '{Who}' from {Address} on '{Target}', begun at {At:u}: "
            + "the service stopped during the call, or its final audit row was not stored")]
    private partial void LogUnfinished(long id, string action, string who, string address, string target, DateTimeOffset at);
}
