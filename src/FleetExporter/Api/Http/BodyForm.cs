using Microsoft.AspNetCore.Builder;

namespace FleetExporter.Api.Http;

/// <summary>The body of a request as the OpenAPI document describes it. The route reads the body itself.</summary>
internal sealed record BodyForm(Type Type, bool IsRequired);

internal static class BodyFormExtensions
{
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route, bool isRequired = true) =>
        route.WithMetadata(new BodyForm(typeof(T), isRequired));
}
