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
                ([AsParameters] LoginCall call) => call.LoginAsync())
            .IsOpen().Audits(ControlAction.Login).Takes<LoginBody>().Produces(StatusCodes.Status204NoContent)
            .WithSummary("Logs in with a key, or with the code of a login link, and sets the session cookie.");

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

internal sealed record TicketView(string Ticket, DateTimeOffset ExpiresAt);

internal sealed record MeView(string Name, IReadOnlyList<string> Scopes, bool Anonymous)
{
    public static MeView Of(Caller caller) => new(caller.Name, caller.Rights, caller.Key is null);
}
