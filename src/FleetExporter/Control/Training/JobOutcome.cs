using FleetExporter.Control.Commands;
using FleetExporter.Store;

namespace FleetExporter.Control.Training;

/// <summary>How a request to start or cancel a job, or to read its output, ended.</summary>
internal abstract record JobOutcome : ActionOutcome
{
    private JobOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>Why the host did not do it, in one line for a person; null in all other outcomes.</summary>
    public virtual string? HostReason => null;

    /// <summary>It was started or cancelled.</summary>
    public sealed record Done(Job Job) : JobOutcome(AuditOutcome.Ok);

    public sealed record Output(Job Job, JobOutput Text) : JobOutcome(AuditOutcome.Ok);

    /// <param name="Errors">What is wrong with each key of its config.</param>
    public sealed record InvalidConfig(Dictionary<string, string[]> Errors) : JobOutcome(AuditOutcome.Failed);

    /// <summary>There is no such job, its state does not allow it, or the store cannot be read or written.</summary>
    public sealed record StoreFailed(StoreError Error) : JobOutcome(AuditOutcome.Failed);

    /// <summary>Its host may not be used for it, or cannot be.</summary>
    public sealed record Refused(CommandRefused Refusal)
        : JobOutcome(Refusal.Reason == CommandRefusal.Forbidden ? AuditOutcome.Denied : AuditOutcome.Failed)
    {
        public override string HostReason => Refusal.Message;
    }

    /// <param name="OnHost">True if the host answered and its state does not allow it; false if it could not be asked.</param>
    public sealed record HostFailed(bool OnHost, string Reason) : JobOutcome(AuditOutcome.Failed)
    {
        public override string HostReason => Reason;
    }

    /// <summary>Somebody else starts or cancels the job at the moment.</summary>
    public static JobOutcome InUse() =>
        new StoreFailed(new StoreError.Conflict("status", "the job is being started or cancelled just now"));

    /// <param name="what">What a job in this state cannot be: started or cancelled.</param>
    public static JobOutcome WrongState(Job job, string what) =>
        new StoreFailed(new StoreError.Conflict("status", $"a job that is {Words.Of(job.Status)} cannot be {what}"));
}
