using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;

namespace FleetExporter.Api.Access;

/// <summary>Login, logout, tickets and the current user.</summary>
internal static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(
                "/api/login",
                (HttpContext context, AuthenticationMiddleware authentication, LoginSessions sessions, AccessTokensSync tokens) =>
                    LoginAsync(context, authentication, sessions, tokens))
            .IsOpen().Audits(ControlAction.Login).Takes<LoginBody>().Produces(StatusCodes.Status204NoContent)
            .WithSummary("Logs in with a key and sets the session cookie.");

        routes.MapPost(
                "/api/logout", (HttpContext context, LoginSessions sessions, AccessTokensSync tokens) => LogoutAsync(context, sessions, tokens))
            .IsOpen().Audits(ControlAction.Logout).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Ends the login session and deletes its cookie.");

        routes.MapGet("/api/me", (HttpContext context) => TypedResults.Ok(MeView.Of(context.Caller())))
            .Needs(Scope.Read)
            .WithSummary("The current user and its rights.");

        routes.MapPost("/api/tickets", (HttpContext context, Tickets tickets) =>
            {
                var (ticket, expires) = tickets.New(context.Caller());
                return TypedResults.Ok(new TicketView(ticket, expires));
            })
            .Needs(Scope.Read)
            .WithSummary("Issues a ticket that opens one stream, for clients that cannot send headers.");
    }

    private static async Task<IResult> LoginAsync(
        HttpContext context, AuthenticationMiddleware authentication, LoginSessions sessions, AccessTokensSync tokens)
    {
        var (body, problem) = await JsonBody.ReadAsync<LoginBody>(context).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        if (body.Key is not { Length: > 0 } key)
        {
            return Problem.Unprocessable("key", "key is required.");
        }

        var (caller, refusal) = authentication.Verify(context, key);
        if (caller?.Key is not { } hash)
        {
            return refusal!;
        }

        return await context.AuditAsync(new AuditDetails { LoginName = caller.Name }, async () =>
        {
            sessions.Begin(context, hash);
            await tokens.BegunAsync().ConfigureAwait(false);
            return TypedResults.NoContent();
        }).ConfigureAwait(false);
    }

    private static Task<IResult> LogoutAsync(HttpContext context, LoginSessions sessions, AccessTokensSync tokens)
    {
        var (caller, session) = sessions.End(context);
        return context.AuditAsync(new AuditDetails { LoginName = caller?.Name }, async () =>
            session is not null && await tokens.EndedAsync(session).ConfigureAwait(false) is not null
                ? Problem.Of(
                    503, "Logged out until a restart",
                    "The login session has ended, but the store is unavailable; a restart of the exporter before it recovers restores the session. "
                    + "The exporter retries until the logout is stored.")
                : TypedResults.NoContent());
    }
}

internal sealed record LoginBody(string? Key)
{
    public override string ToString() => nameof(LoginBody);
}

internal sealed record TicketView(string Ticket, DateTimeOffset ExpiresAt);

internal sealed record MeView(string Name, IReadOnlyList<string> Scopes, bool Anonymous)
{
    public static MeView Of(Caller caller) => new(caller.Name, caller.Rights, caller.Key is null);
}
