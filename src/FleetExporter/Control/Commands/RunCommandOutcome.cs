using FleetExporter.Remote;
using FleetExporter.Store;

namespace FleetExporter.Control.Commands;

/// <summary>How a request to run a command ended.</summary>
internal abstract record RunCommandOutcome : ActionOutcome
{
    private RunCommandOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>It exited, timed out or was cancelled.</summary>
    public sealed record Ended(CommandEntry Entry, CommandResult Result) : RunCommandOutcome(AuditOutcome.Ok)
    {
        public override int? ExitCode => Result.ExitCode;
    }

    /// <summary>It was started but did not finish on the host.</summary>
    /// <param name="Reason">One-line description.</param>
    public sealed record Lost(string Reason) : RunCommandOutcome(AuditOutcome.Failed);

    /// <summary>The host did not start it.</summary>
    /// <param name="Reason">One-line description.</param>
    public sealed record NotStarted(string Reason) : RunCommandOutcome(AuditOutcome.Failed);

    /// <summary>No such connection, or the store cannot be read.</summary>
    public sealed record NoConnection(StoreError Error) : RunCommandOutcome(AuditOutcome.Failed);

    /// <param name="Errors">Validation errors by field.</param>
    public sealed record Invalid(Dictionary<string, string[]> Errors) : RunCommandOutcome(AuditOutcome.Failed);

    public sealed record Refused(CommandRefusal Refusal)
        : RunCommandOutcome(Refusal.Reason is RefusalReason.Forbidden or RefusalReason.Busy ? AuditOutcome.Denied : AuditOutcome.Failed)
    {
        public override bool IsRateLimited => Refusal.Reason == RefusalReason.Busy;
    }
}
