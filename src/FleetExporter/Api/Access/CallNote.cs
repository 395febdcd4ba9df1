using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Access;

/// <summary>The audit does not take the first row of a call, so that nothing is done.</summary>
internal sealed class NotAuditedException(StoreError error) : Exception("the audit does not take the call")
{
    public StoreError Error { get; } = error;
}

/// <summary>A call that is audited: what its route adds to its rows. It has one row, written at its end; or two, where it acts on a host.</summary>
/// <param name="call">Who, from where and what, as the first row has it.</param>
internal sealed class CallNote(Audit audit, ControlAction action, AuditEntry call, TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();
    private long? _id;
    private bool _ended;

    /// <summary>Who it was; null where nobody is known.</summary>
    public string? Who { get; set; } = call.Who.Length > 0 ? call.Who : null;

    public string? Target { get; set; }

    /// <summary>Goes into the store only.</summary>
    public string? Command { get; set; }

    public int? ExitCode { get; set; }

    /// <summary>How it came out, where a status below 400 does not tell.</summary>
    public AuditOutcome? Outcome { get; set; }

    /// <summary>The answer begins before the call has ended, so its last row is written at the end.</summary>
    public bool EndsLater { get; set; }

    /// <summary>Why the audit has no end of this call; null when it has, or is to have none.</summary>
    public StoreError? Error { get; private set; }

    /// <summary>Writes the first of two rows. A route calls it when everything is checked, before it does anything on a host.</summary>
    /// <exception cref="NotAuditedException">The store does not take it: nothing may be done. The caller is answered 503.</exception>
    public async Task BeginAsync()
    {
        var begun = await audit.BeginAsync(call with { Who = Who ?? "", Target = Target, Command = Command }).ConfigureAwait(false);
        _id = begun.Success ? begun.Value.Id : throw new NotAuditedException(begun.Error);
    }

    /// <summary>Writes the only row or the second; once.</summary>
    /// <param name="status">Of the answer.</param>
    public async Task EndAsync(int status)
    {
        var outcome = status switch
        {
            401 or 403 or 429 => AuditOutcome.Denied,
            428 => AuditOutcome.Asked,
            >= 400 => AuditOutcome.Failed,
            _ => Outcome ?? AuditOutcome.Ok,
        };
        if (_ended || (Who is null && outcome != AuditOutcome.Denied))
        {
            return;
        }

        _ended = true;
        if (status == StatusCodes.Status429TooManyRequests && _id is null)
        {
            audit.Count(action, outcome);
            return;
        }

        Error = await audit.WriteAsync(action, call with
        {
            At = _id is null ? call.At : clock.GetUtcNow(),
            Who = Who ?? "",
            Target = Target,
            Command = _id is null ? Command : null,
            ExitCode = ExitCode,
            Duration = clock.GetElapsedTime(_began),
            Outcome = outcome,
            CallId = _id,
        }).ConfigureAwait(false);
    }
}
