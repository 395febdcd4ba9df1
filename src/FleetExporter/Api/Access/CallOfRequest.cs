using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Access;

/// <summary>The audited call of a request.</summary>
internal static class CallOfRequest
{
    /// <summary>The call of the request, for an action of <c>Control</c>, which writes its audit rows.</summary>
    /// <exception cref="InvalidOperationException">The route does not declare that it is audited.</exception>
    public static AuditedCall AuditedCall(this HttpContext context) =>
        context.Features.Get<AuditedCall>() ?? throw new InvalidOperationException("The route does not declare that it is audited.");

    /// <summary>Audits an endpoint that calls no action: one row, with the outcome by status, or failed on an exception.</summary>
    public static async Task<IResult> AuditAsync(this HttpContext context, AuditDetails details, Func<Task<IResult>> run)
    {
        var call = context.AuditedCall();
        try
        {
            var result = await run().ConfigureAwait(false);
            var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
            await call.EndWithStatusAsync(status, details).ConfigureAwait(false);
            return result;
        }
        catch
        {
            await call.EndAsync(AuditOutcome.Failed, details).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a call not yet ended by a <c>Control</c> action, by response status.</summary>
    public static async Task EndWithStatusAsync(this AuditedCall call, int status, AuditDetails details)
    {
        if (status == StatusCodes.Status429TooManyRequests)
        {
            call.EndWithoutRow(AuditOutcome.Denied);
            return;
        }

        var outcome = status switch
        {
            401 or 403 => AuditOutcome.Denied,
            >= 400 => AuditOutcome.Failed,
            _ => AuditOutcome.Ok,
        };
        await call.EndAsync(outcome, details).ConfigureAwait(false);
    }
}
