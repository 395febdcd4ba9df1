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
        var result = await context.AuditedCall().RunAsync(details, async () => new EndpointResult(await run().ConfigureAwait(false)))
            .ConfigureAwait(false);
        return result.Result;
    }

    /// <summary>Ends a call that no action of <c>Control</c> has ended, by response status.</summary>
    public static Task EndWithStatusAsync(this AuditedCall call, int status) =>
        call.RunAsync(new AuditDetails(), () => Task.FromResult(new EndpointResult(TypedResults.StatusCode(status))));

    /// <summary>What an endpoint returned; its status gives the outcome.</summary>
    private sealed record EndpointResult(IResult Result) : ActionOutcome(OutcomeOf(StatusOf(Result)))
    {
        public override bool IsRateLimited => StatusOf(Result) == StatusCodes.Status429TooManyRequests;

        private static int StatusOf(IResult result) => (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;

        private static AuditOutcome OutcomeOf(int status) => status switch
        {
            401 or 403 or 429 => AuditOutcome.Denied,
            >= 400 => AuditOutcome.Failed,
            _ => AuditOutcome.Ok,
        };
    }
}
