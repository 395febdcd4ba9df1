using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>How an action ended. Each action has a closed set of outcomes, which the API translates into responses.</summary>
/// <param name="Audit">How the audit names it.</param>
internal abstract record ActionOutcome(AuditOutcome Audit)
{
    /// <summary>Of a command that ran to its end.</summary>
    public virtual int? ExitCode => null;

    /// <summary>Refused because the caller made too many such calls: it is counted and has no row, so that nobody can fill the disk.</summary>
    public virtual bool IsRateLimited => false;
}
