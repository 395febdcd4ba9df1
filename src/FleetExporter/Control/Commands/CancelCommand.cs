using FleetExporter.Store;

namespace FleetExporter.Control.Commands;

/// <summary>Cancels a running command and all processes it started, even if no audit row can be stored.</summary>
internal sealed class CancelCommand(RunningCommands commands)
{
    /// <returns>False if not running.</returns>
    public async Task<bool> CancelAsync(AuditedCall call, string id)
    {
        var found = commands.Cancel(id);
        await call.EndAsync(found ? AuditOutcome.Ok : AuditOutcome.Failed, new AuditDetails(Printable.Line(id, 64))).ConfigureAwait(false);
        return found;
    }
}
