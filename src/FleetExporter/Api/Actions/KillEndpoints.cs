using FleetExporter.Access;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling;
using FleetExporter.Store;
using FleetExporter.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Actions;

/// <summary>Ending tmux sessions: the first call gets a token, the second, with the token, kills.</summary>
internal static class KillEndpoints
{
    private static readonly TimeSpan PollWithin = TimeSpan.FromSeconds(5);

    public static void MapKill(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/sessions/{id}/kill", ([AsParameters] Call call, string id) => call.RunAsync(id))
            .Needs(Scope.Control).Audits(ControlAction.Kill)
            .Takes<KillBody>(isRequired: false).Produces<KillView>().Produces<ConfirmationView>(StatusCodes.Status428PreconditionRequired)
            .WithSummary("Ends a tmux session. Without a token 428 with one; with it the session is killed, and looked after.");

    internal sealed record Call(
        HttpContext Context, HostViews Views, Fleet Fleet, ConfirmationTokens Tokens, WrongTokens Wrong, TimeProvider Clock)
    {
        public async Task<IResult> RunAsync(string id)
        {
            var name = RawPath.Segment(Context.Request, 1);
            var (body, problem) = await JsonBody.ReadAsync(Context, new KillBody(null, null)).ConfigureAwait(false);
            if (body is null)
            {
                return problem!;
            }

            var note = Context.Features.Get<CallNote>()!;
            note.Target = Printable.Line(name, 200);
            if (Views.Sessions().FirstOrDefault(s => s.Id == name) is not { } session || Fleet.AccessTo(session.Host) is not { } access)
            {
                return Problem.NotFound("session", id);
            }

            var force = body.Force == true;
            if (!force && (session.Attached || session.Busy != false || session.Status != "legacy"))
            {
                var how = session.Attached ? "attached"
                    : session.Busy is null ? "not known to be idle, because its CPU or GPU use was not read yet"
                    : session.Busy == true ? "busy: it prints, computes or holds GPU memory"
                    : "active";
                return Problem.Of(
                    409, "The session is in use", $"The session is {how}. Give \"force\": true, in both calls, to kill it all the same.");
            }

            var caller = Context.Caller().Name;
            var isLoginUser = session.User == access.Snapshot.System?.User;
            var target = new SessionTarget(session.Host, session.User, isLoginUser, session.SessionId, session.Created, [.. session.Panes]);
            if (body.ConfirmationToken is null)
            {
                var (token, expires) = Tokens.New(caller, target, force);
                return TypedResults.Json(new ConfirmationView(token, expires, session), statusCode: 428);
            }

            if (Wrong.Wait(caller) is var wait && wait > TimeSpan.Zero)
            {
                Context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds))
                    .ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Problem.Of(429, "Too many wrong tokens", "No token of this key is looked at for a while.");
            }

            if (Tokens.Take(body.ConfirmationToken, caller, target.Host, target.User, target.SessionId, force) is not { } confirmed)
            {
                Wrong.Count(caller);
                return Problem.Of(403, "The token does not fit", "It was used, is over a minute old, or belongs to another session, "
                    + "key or choice of force. Ask for a new one.");
            }

            return await KillAsync(access, confirmed, force, note).ConfigureAwait(false);
        }

        private async Task<IResult> KillAsync(HostAccess access, SessionTarget session, bool force, CallNote note)
        {
            await note.BeginAsync().ConfigureAwait(false);

            // Also when the caller leaves: half a kill could not be told from none. It has its own limit.
            var result = await SessionKill.RunAsync(access.Shell, session, force, Clock, CancellationToken.None).ConfigureAwait(false);
            note.Outcome = result.Outcome == KillOutcome.Survived ? AuditOutcome.Failed : null;

            // So that the list is right for whoever asks next.
            using var limit = new CancellationTokenSource(PollWithin, Clock);
            try
            {
                await Fleet.PollNowAsync(session.Host, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The next poll will tell.
            }

            return result.Outcome switch
            {
                KillOutcome.Killed => TypedResults.Ok(new KillView(true, true, null)),
                KillOutcome.Survived => TypedResults.Ok(new KillView(false, true, result.Detail)),
                KillOutcome.Gone => Problem.Of(409, "The session is gone", result.Detail!),
                KillOutcome.Changed => Problem.Of(409, "The session has changed", result.Detail!),
                KillOutcome.Attached => Problem.Of(409, "The session is in use", result.Detail!),
                _ => Problem.Of(502, "The host did not do it", result.Detail ?? "no reason is known"),
            };
        }
    }
}

/// <param name="Force">Kill it although somebody is attached, it is busy, or it is not legacy.</param>
internal sealed record KillBody(string? ConfirmationToken, bool? Force)
{
    public override string ToString() => nameof(KillBody);
}

internal sealed record ConfirmationView(string ConfirmationToken, DateTimeOffset ExpiresAt, SessionView Session);

/// <param name="Verified">Whether tmux was asked afterwards.</param>
/// <param name="Detail">Why it was not killed; null when it was.</param>
internal sealed record KillView(bool Killed, bool Verified, string? Detail);
