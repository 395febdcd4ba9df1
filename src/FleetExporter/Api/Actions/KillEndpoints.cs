using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Views;

namespace FleetExporter.Api.Actions;

/// <summary>Kills tmux sessions: the first call returns a token; the second, with it, kills.</summary>
internal static class KillEndpoints
{
    public static void MapKill(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/sessions/{id}/kill", KillAsync)
            .Needs(Scope.Control).Audits(ControlAction.Kill)
            .Takes<KillBody>(isRequired: false).Produces<KillView>().Produces<ConfirmationView>(StatusCodes.Status428PreconditionRequired)
            .WithSummary("Kills a tmux session. Without a confirmation token: 428 with a new one; with it: kills and verifies.");

    private static async Task<IResult> KillAsync(HttpContext context, KillSession sessions, string id)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, new KillBody(null, null)).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        var session = RawPath.Segment(context.Request, 1);
        var outcome = await sessions.KillAsync(
            context.AuditedCall(), session, body.ConfirmationToken, body.Force == true).ConfigureAwait(false);
        switch (outcome)
        {
            case KillSessionOutcome.Done done:
                return ResultOf(done.Result);
            case KillSessionOutcome.ConfirmationRequired required:
                return TypedResults.Json(new ConfirmationView(required.Token, required.ExpiresAt, required.Session), statusCode: 428);
            case KillSessionOutcome.UnknownSession:
                return Problem.NotFound("session", id);
            case KillSessionOutcome.InUse used:
                return Problem.Of(
                    409, "The session is in use",
                    $"The session is {used.State}. Give \"force\": true, in both calls, to kill it anyway.");
            case KillSessionOutcome.WrongToken:
                return Problem.Of(
                    403, "Invalid confirmation token",
                    "It was already used, is over a minute old, or is for another session, key or value of force. Request a new one.");
            case KillSessionOutcome.TooManyWrongTokens limited:
                context.Response.Headers.RetryAfter = Math.Ceiling(limited.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return Problem.Of(429, "Too many wrong tokens", "All tokens of this key are rejected for now.");
            default:
                throw new InvalidOperationException($"{outcome.GetType().Name} has no response.");
        }
    }

    private static IResult ResultOf(KillResult result) => result.Outcome switch
    {
        KillOutcome.Killed => TypedResults.Ok(new KillView(true, true, null)),
        KillOutcome.Survived => TypedResults.Ok(new KillView(false, true, result.Detail)),
        KillOutcome.Gone => Problem.Of(409, "The session is gone", result.Detail!),
        KillOutcome.Changed => Problem.Of(409, "The session has changed", result.Detail!),
        KillOutcome.Attached => Problem.Of(409, "The session is in use", result.Detail!),
        _ => Problem.Of(502, "The host did not kill the session", result.Detail ?? "no reason was reported"),
    };
}

/// <param name="Force">Kill it even if a client is attached, it is busy, or it is not legacy.</param>
internal sealed record KillBody(string? ConfirmationToken, bool? Force)
{
    public override string ToString() => nameof(KillBody);
}

internal sealed record ConfirmationView(string ConfirmationToken, DateTimeOffset ExpiresAt, SessionView Session);

/// <param name="Verified">Whether tmux was queried after.</param>
/// <param name="Detail">Why it was not killed; null when it was.</param>
internal sealed record KillView(bool Killed, bool Verified, string? Detail);
