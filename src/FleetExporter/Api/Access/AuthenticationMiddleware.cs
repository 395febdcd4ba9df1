using System.Globalization;
using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Access;

/// <summary>
/// Identifies the caller and checks the scope that the route declares. A key in <c>Authorization: Bearer</c> or <c>X-API-Key</c> precedes a
/// ticket, a ticket the session cookie; an invalid key is rejected even if none is required.
/// </summary>
internal sealed class AuthenticationMiddleware(
    LiveConfig config, KeyRing keys, FailedAttempts attempts, LoginSessions sessions, Tickets tickets, CallRecorder recorder) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Without a route there is no scope to check: the response is 404 or 405.
        if (context.GetEndpoint() is not RouteEndpoint route)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var access = route.Metadata.GetRequiredMetadata<RouteAccess>();
        if (access.Scope is not { } needed)
        {
            await recorder.RunAsync(context, route, null, next).ConfigureAwait(false);
            return;
        }

        var (caller, refusal) = await IdentifyAsync(context, route).ConfigureAwait(false);
        if (refusal is not null)
        {
            // Audited by WrongKeyAsync.
            await refusal.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        if (caller is null or { Key: null } && caller?.May(needed) != true)
        {
            await recorder.RunAsync(context, route, null, NoKey(context, needed).ExecuteAsync).ConfigureAwait(false);
            return;
        }

        if (!caller.May(needed))
        {
            var problem = Problem.Of(403, "Not allowed", $"The key {caller.Name} lacks the scope {needed.Word()}, which this route requires.");
            await recorder.RunAsync(context, route, caller, problem.ExecuteAsync).ConfigureAwait(false);
            return;
        }

        context.Features.Set(caller);
        await recorder.RunAsync(context, route, caller, next).ConfigureAwait(false);
    }

    /// <summary>Verifies a key, with the same rate limit at login as elsewhere.</summary>
    /// <returns>The caller, or the error.</returns>
    public (Caller? Caller, ProblemHttpResult? Refusal) Verify(HttpContext context, string key) =>
        Verify(context, () => keys.Find(key), "Unknown key.");

    /// <summary>Verifies a secret with the rate limit of keys.</summary>
    /// <param name="find">Returns null for a wrong one.</param>
    /// <param name="wrong">Detail of the error for a wrong one.</param>
    public (Caller? Caller, ProblemHttpResult? Refusal) Verify(HttpContext context, Func<Caller?> find, string wrong)
    {
        var caller = attempts.Try(context.Connection.RemoteIpAddress, find, out var wait);
        return caller is not null ? (caller, null) : (null, wait > TimeSpan.Zero ? TooMany(context, wait) : Unauthorized(context, wrong));
    }

    /// <summary>
    /// Whether the caller of an open stream is still authorized: its key exists, its login session has not ended, its ticket has not
    /// opened another stream.
    /// </summary>
    public bool StillMay(HttpContext context, Scope needed)
    {
        var caller = context.Caller();
        if (caller.Stream is { IsLatest: false })
        {
            return false;
        }

        // A ticket carries the credentials of the caller that requested it.
        var bySession = RequestKey.Of(context.Request).Key is null && context.Request.Query["ticket"].Count == 0;
        var anonymous = AnonymousCaller.Of(context, config.Current).Caller;
        var now = bySession ? SessionOf(context.Request) ?? anonymous : caller.Key is { } key ? keys.Find(key) : anonymous;
        return now?.May(needed) == true;
    }

    private async Task<(Caller? Caller, ProblemHttpResult? Refusal)> IdentifyAsync(HttpContext context, RouteEndpoint route)
    {
        var (key, several) = RequestKey.Of(context.Request);
        if (several)
        {
            return (null, Unauthorized(context, "The request carries more than one key; send one."));
        }

        if (key is not null)
        {
            var verified = Verify(context, key);
            if (verified.Caller is null)
            {
                await recorder.WrongKeyAsync(context, verified.Refusal!.StatusCode == 401).ConfigureAwait(false);
            }

            return verified;
        }

        var anonymous = AnonymousCaller.Of(context, config.Current).Caller;
        if (route.Metadata.GetMetadata<TakesTicket>() is not null && context.Request.Query["ticket"] is { Count: > 0 } ticket)
        {
            var from = context.Connection.RemoteIpAddress;
            return ticket.Count == 1 && tickets.Redeem(ticket.ToString(), from, route.RoutePattern.RawText, anonymous is not null) is { } holder
                ? (holder, null)
                : (null, Unauthorized(
                    context, "The ticket is unknown or expired, or was used from another address or for another stream; request a new one."));
        }

        return (SessionOf(context.Request) ?? anonymous, null);
    }

    /// <summary>Ignores the cookie of cross-origin requests: same-site pages send it with a WebSocket.</summary>
    private Caller? SessionOf(HttpRequest request) => Origins.IsOwn(request) ? sessions.Find(request) : null;

    /// <summary>401; explains why an otherwise allowed anonymous request needs a key.</summary>
    private ProblemHttpResult NoKey(HttpContext context, Scope needed)
    {
        var mayDoWithout = needed == Scope.Read || (needed == Scope.Control && config.Current.AnonymousControl == AnonymousAccess.Loopback);
        var reason = mayDoWithout ? AnonymousCaller.Of(context, config.Current).Reason : null;
        return Unauthorized(context, $"A key is required: Authorization: Bearer KEY, or X-API-Key: KEY.{(reason is null ? "" : $" {reason}")}");
    }

    private static ProblemHttpResult Unauthorized(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problem.Of(401, "Not authenticated", detail);
    }

    private static ProblemHttpResult TooMany(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problem.Of(429, "Too many wrong keys", "Too many wrong keys came from this address; all keys from it are rejected for now.");
    }
}
