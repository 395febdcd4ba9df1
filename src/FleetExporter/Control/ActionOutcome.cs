using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>How an action ended. Each action has a closed set of outcomes, which the API translates into responses.</summary>
/// <param name="Audit">Outcome in the audit.</param>
internal abstract record ActionOutcome(AuditOutcome Audit)
{
    /// <summary>Set if a command completed.</summary>
    public virtual int? ExitCode => null;

    /// <summary>Rejected by the rate limit: counted without a row, so that callers cannot fill the disk.</summary>
    public virtual bool IsRateLimited => false;
}
