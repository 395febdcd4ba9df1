using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FleetExporter.Api;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, generated from the routes: their summaries, scopes, bodies and responses.</summary>
internal static class OpenApi
{
    private static readonly string[] Schemes = ["bearer", "key"];

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "FleetExporter",
                Version = ExporterPage.Version.Split('+')[0],
                Description =
                    "Fleet monitor for GPU machines. Times are RFC 3339 in UTC, _mb is MiB; errors are problem+json, with errors per field.",
            };
            document.AddComponent("bearer", (IOpenApiSecurityScheme)new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The key as bearer token."
            });
            document.AddComponent("key", (IOpenApiSecurityScheme)new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
                Description = "The key in the header X-API-Key.",
            });
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeAsync);
    });

    public static void MapApiDescription(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/v1.json").Needs(Config.Scope.Read);

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf(context.Description.RelativePath!)) };
        operation.OperationId = $"{context.Description.HttpMethod!.ToLowerInvariant()} {context.Description.RelativePath}";
        if (metadata.OfType<RouteAccess>().Last().Scope is { } scope)
        {
            operation.Description = $"Needs the scope {scope.Word()}.";
            operation.Security = [.. Schemes.Select(s =>
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(s, context.Document)] = [] })];
        }

        if (metadata.OfType<BodyForm>().LastOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = body.IsRequired,
                Content = Json("application/json", await context.GetOrCreateSchemaAsync(body.Type, null, stop).ConfigureAwait(false))
            };
        }

        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "The problem and its fix, with errors per field where they apply.",
            Content = Json(
                "application/problem+json",
                await context.GetOrCreateSchemaAsync(typeof(HttpValidationProblemDetails), null, stop).ConfigureAwait(false)),
        };
    }

    private static string GroupOf(string path) => path.Split('/') switch
    {
        ["api", "dgx", var group, ..] => group,
        ["api", var group, ..] => group,
        var other => other[0],
    };

    private static Dictionary<string, OpenApiMediaType> Json(string type, OpenApiSchema schema) =>
        new() { [type] = new OpenApiMediaType { Schema = schema } };
}
