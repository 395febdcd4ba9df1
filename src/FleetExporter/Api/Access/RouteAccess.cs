using FleetExporter.Config;
using FleetExporter.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Access;

/// <summary>Who may use a route. Every route has it; the service does not start with one that has not.</summary>
/// <param name="Scope">Null: open to everybody, and credentials are not looked at.</param>
internal sealed record RouteAccess(Scope? Scope);

/// <summary>The route takes a one-time ticket in its query, for clients that can send no headers.</summary>
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

    /// <exception cref="InvalidOperationException">A route does not say who may use it.</exception>
    public static void CheckAccess(this IEndpointRouteBuilder routes)
    {
        var silent = routes.DataSources.SelectMany(s => s.Endpoints).Where(e => e.Metadata.GetMetadata<RouteAccess>() is null).ToList();
        if (silent.Count > 0)
        {
            throw new InvalidOperationException($"These routes do not say who may use them: {string.Join(", ", silent.Select(e => e.DisplayName))}");
        }
    }

    /// <summary>Whether a page of <c>cors_origins</c> may read the answer: what reading needs, never what is debugged or administered.</summary>
    public static bool IsReadable(this HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsConnect(context.Request.Method))
        && (context.GetEndpoint() is not RouteEndpoint route || route.Metadata.GetMetadata<RouteAccess>() is { Scope: null or Scope.Read });
}
