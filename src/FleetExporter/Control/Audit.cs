using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Remote;
using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>Writes control calls down: a row in the store, a line in the log without command and output, and the metrics.</summary>
internal sealed partial class Audit(AuditLog log, ControlMetrics metrics, TimeProvider clock, ILogger<Audit> logger)
{
    /// <summary>Denied calls must not fill the disk: so many rows at once, then one every 10 s. All are counted. Strangers do not use up the rows of those who are known.</summary>
    private readonly TokenBucket _strangers = new(100, TimeSpan.FromSeconds(10), clock);

    private readonly TokenBucket _known = new(100, TimeSpan.FromSeconds(10), clock);

    /// <summary>Counts the call and adds its row; a store that does not take it is logged and counted, and the call goes on.</summary>
    public async Task WriteAsync(ControlAction action, AuditEntry entry)
    {
        Count(action, entry.Outcome);
        if (entry.Outcome == AuditOutcome.Denied && !MayWriteDenied(entry.Who.Length > 0 ? _known : _strangers))
        {
            return;
        }

        var kept = await log.AddAsync(entry, CancellationToken.None).ConfigureAwait(false);
        metrics.CountAudited(kept.Success);
        var outcome = Words.Of(entry.Outcome);
        var target = Printable.Line(entry.Target ?? "", 200);
        LogCall(kept.Value?.Id, entry.Action, outcome, entry.Who, entry.Address, target, entry.ExitCode);
        if (!kept.Success)
        {
            var reason = kept.Error.ToString();
            LogLost(entry.Action, reason);
        }
    }

    /// <summary>Counts a call that leaves no row.</summary>
    public void Count(ControlAction action, AuditOutcome outcome) => metrics.Count(action, outcome);

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
}
