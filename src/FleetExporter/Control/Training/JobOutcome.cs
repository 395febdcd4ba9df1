using FleetExporter.Control.Commands;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>Outcome of starting or cancelling a job, or reading its output.</summary>
internal abstract record JobOutcome : ActionOutcome
{
    private JobOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>One-line reason why the host did not do it; null in other outcomes.</summary>
    public virtual string? HostReason => null;

    /// <summary>It was started or cancelled.</summary>
    public sealed record Done(Job Job) : JobOutcome(AuditOutcome.Ok);

    public sealed record Output(Job Job, JobOutput Text) : JobOutcome(AuditOutcome.Ok);

    /// <param name="Errors">Validation errors by config key.</param>
    public sealed record InvalidConfig(Dictionary<string, string[]> Errors) : JobOutcome(AuditOutcome.Failed);

    /// <summary>There is no such job, its state does not allow it, or the store cannot be read or written.</summary>
    public sealed record StoreFailed(StoreError Error) : JobOutcome(AuditOutcome.Failed);

    /// <summary>Its host is not permitted or available.</summary>
    public sealed record Refused(CommandRefusal Refusal)
        : JobOutcome(Refusal.Reason == RefusalReason.Forbidden ? AuditOutcome.Denied : AuditOutcome.Failed)
    {
        public override string HostReason => Refusal.Message;
    }

    /// <param name="OnHost">True if the host's state does not allow it; false if the host did not respond.</param>
    public sealed record HostFailed(bool OnHost, string Reason) : JobOutcome(AuditOutcome.Failed)
    {
        public override string HostReason => Reason;
    }

    /// <summary>Another call is starting or cancelling the job.</summary>
    public static JobOutcome InUse() =>
        new StoreFailed(new StoreError.Conflict("status", "another call is starting or cancelling the job; try again"));

    /// <param name="what">The disallowed action: started or cancelled.</param>
    public static JobOutcome WrongState(Job job, string what) =>
        new StoreFailed(new StoreError.Conflict("status", $"a job that is {Words.Of(job.Status)} cannot be {what}"));
}
