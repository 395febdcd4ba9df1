using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>Writes control calls down: rows in the store, a line in the log without command and output, and the metrics. It never throws.</summary>
internal sealed partial class Audit(AuditLog log, ServiceInstance instance, ControlMetrics metrics, TimeProvider clock, ILogger<Audit> logger)
{
    /// <summary>Calls that are ended at once at the start; there may be more.</summary>
    public const int MostUnfinished = 100;

    /// <summary>
    /// Login, logout and wrong keys need nothing of the store but their row, so their answer waits no longer for it; the row is written all the same.
    /// </summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Denied calls must not fill the disk: so many rows at once, then one every 10 s. All are counted.
    /// Strangers do not use up the rows of those who are known.
    /// </summary>
    private readonly TokenBucket _strangers = new(100, TimeSpan.FromSeconds(10), clock);

    private readonly TokenBucket _known = new(100, TimeSpan.FromSeconds(10), clock);

    /// <summary>Counts a call and adds its only row, or its second.</summary>
    /// <returns>Why the store did not take the row; null when it did, or when there is to be none.</returns>
    public async Task<StoreError?> WriteAsync(ControlAction action, AuditEntry entry)
    {
        Count(action, entry.Outcome);
        if (entry.Outcome == AuditOutcome.Denied && entry.CallId is null && !MayWriteDenied(entry.Who.Length > 0 ? _known : _strangers))
        {
            return null;
        }

        var writing = AddAsync(entry);
        if (action is ControlAction.Authenticate or ControlAction.Login or ControlAction.Logout
            && await Task.WhenAny(writing, Task.Delay(LoginTimeout, TimeProvider.System)).ConfigureAwait(false) != writing)
        {
            return null;
        }

        return (await writing.ConfigureAwait(false)).Error;
    }

    /// <summary>Adds the first row of a call, before anything is done. The call is counted at its end.</summary>
    /// <returns>The row; or why there is none, and then nothing may be done.</returns>
    public Task<StoreResult<AuditEntry>> BeginAsync(AuditEntry entry) => AddAsync(entry with { Outcome = AuditOutcome.Begun, By = instance });

    /// <summary>
    /// Adds an end to calls of an earlier run of this service that have none, at most <see cref="MostUnfinished"/>, and names each in the log.
    /// </summary>
    /// <returns>How many there were, and whether the store was there.</returns>
    public async Task<(int Ended, bool Success)> EndUnfinishedAsync(CancellationToken stop)
    {
        var ended = await log.EndUnfinishedAsync(instance, clock.GetUtcNow(), MostUnfinished, stop).ConfigureAwait(false);
        foreach (var call in ended.Value ?? [])
        {
            metrics.CountAudited(true);
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
        StoreResult<AuditEntry> kept;
        try
        {
            kept = await log.AddAsync(entry).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is: what became of the call is not to be hidden by it.
            LogBug(e, entry.Action);
            kept = new StoreError.Unavailable("the store refuses the row; this is a bug of the exporter");
        }

        metrics.CountAudited(kept.Success);
        var outcome = Words.Of(entry.Outcome);
        var target = Printable.Line(entry.Target ?? "", 200);
        LogCall(entry.CallId ?? kept.Value?.Id, entry.Action, outcome, entry.Who, entry.Address, target, entry.ExitCode);
        if (!kept.Success)
        {
            var reason = kept.Error.ToString();
            LogLost(entry.Action, reason);
        }

        return kept;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit of {Action} was not kept: {Reason}")]
    private partial void LogLost(string action, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Auditing {Action} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string action);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Audit {Id}: no end is known of {Action} by '{Who}' from {Address} on '{Target}', begun at {At:u}: "
            + "the service ended before it did, or the store did not take its end")]
    private partial void LogUnfinished(long id, string action, string who, string address, string target, DateTimeOffset at);
}
