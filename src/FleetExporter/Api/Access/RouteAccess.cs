using FleetExporter.Config;
using FleetExporter.Control;

namespace FleetExporter.Api.Access;

/// <summary>The scope a route requires. Every route must declare one; start-up fails otherwise.</summary>
/// <param name="Scope">Null: open; credentials are ignored.</param>
internal sealed record RouteAccess(Scope? Scope);

/// <summary>The route accepts a ticket in its query, for clients that cannot send headers.</summary>
internal sealed record TakesTicket;

/// <summary>Calls of the route are audited and counted as this action.</summary>
internal sealed record Audited(ControlAction Action);

internal static class RouteAccessExtensions
{
    public static T Needs<T>(this T route, Scope scope)
        where T : IEndpointConventionBuilder => route.WithMetadata(new RouteAccess(scope));

    public static T IsOpen<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new RouteAccess(null));

    public static T TakesTicket<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new TakesTicket());

    public static T Audits<T>(this T route, ControlAction action)
        where T : IEndpointConventionBuilder => route.WithMetadata(new Audited(action));

    /// <exception cref="InvalidOperationException">A route declares no access.</exception>
    public static void CheckAccess(this IEndpointRouteBuilder routes)
    {
        var missing = routes.DataSources.SelectMany(s => s.Endpoints).Where(e => e.Metadata.GetMetadata<RouteAccess>() is null).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidOperationException(
                $"These routes declare neither a scope nor IsOpen: {string.Join(", ", missing.Select(e => e.DisplayName))}");
        }
    }

    /// <summary>Whether pages of <c>cors_origins</c> may read the response: only GETs on open and read-scope routes.</summary>
    public static bool IsReadable(this HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsConnect(context.Request.Method))
        && (context.GetEndpoint() is not RouteEndpoint route || route.Metadata.GetMetadata<RouteAccess>() is { Scope: null or Scope.Read });
}
