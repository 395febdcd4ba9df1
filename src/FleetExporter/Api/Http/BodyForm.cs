namespace FleetExporter.Api.Http;

/// <summary>Metadata that describes a request body in the OpenAPI document. The route reads the body itself.</summary>
internal sealed record BodyForm(Type Type, bool IsRequired);

internal static class BodyFormExtensions
{
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route, bool isRequired = true) =>
        route.WithMetadata(new BodyForm(typeof(T), isRequired));
}
