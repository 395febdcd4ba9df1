using FleetExporter.Store;

namespace FleetExporter.Control.Commands;

/// <summary>Cancels a command that runs, with all it has started. It does so even if the store takes no audit row.</summary>
internal sealed class CancelCommand(RunningCommands commands)
{
    /// <returns>False if no such command runs.</returns>
    public async Task<bool> CancelAsync(AuditedCall call, string id)
    {
        var found = commands.Cancel(id);
        await call.EndAsync(found ? AuditOutcome.Ok : AuditOutcome.Failed, new AuditDetails(Printable.Line(id, 64))).ConfigureAwait(false);
        return found;
    }
}
