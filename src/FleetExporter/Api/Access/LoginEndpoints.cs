using FleetExporter.Config;
using FleetExporter.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Access;

/// <summary>Sessions of browsers, tickets, and who one is.</summary>
internal static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/login", (HttpContext context, Gate gate, Sessions sessions) => LoginAsync(context, gate, sessions))
            .IsOpen().Audits(ControlAction.Login).Takes<LoginBody>().Produces(StatusCodes.Status204NoContent)
            .WithSummary("Begins a session of a browser with a key.");

        routes.MapPost("/api/logout", (HttpContext context, Sessions sessions) =>
            {
                context.Features.Get<CallNote>()!.Who = sessions.End(context)?.Name;
                return TypedResults.NoContent();
            })
            .IsOpen().Audits(ControlAction.Logout)
            .WithSummary("Ends the session.");

        routes.MapGet("/api/me", (HttpContext context) => TypedResults.Ok(MeView.Of(context.Caller())))
            .Needs(Scope.Read)
            .WithSummary("Who the caller is, and what it may do.");

        routes.MapPost("/api/tickets", (HttpContext context, Tickets tickets) =>
            {
                var (ticket, expires) = tickets.New(context.Caller());
                return TypedResults.Ok(new TicketView(ticket, expires));
            })
            .Needs(Scope.Read)
            .WithSummary("A one-time ticket for reading, for clients that cannot send headers.");
    }

    private static async Task<IResult> LoginAsync(HttpContext context, Gate gate, Sessions sessions)
    {
        var (body, problem) = await JsonBody.ReadAsync<LoginBody>(context).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        if (body.Key is not { Length: > 0 } key)
        {
            return Problem.Unprocessable("key", "Give the key.");
        }

        var (caller, refusal) = gate.Verify(context, key);
        if (caller?.Key is not { } hash)
        {
            return refusal!;
        }

        context.Features.Get<CallNote>()!.Who = caller.Name;
        sessions.Begin(context, hash);
        return TypedResults.NoContent();
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
