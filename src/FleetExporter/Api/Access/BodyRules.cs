using System.Net.Http.Headers;
using FleetExporter.Api.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Access;

/// <summary>
/// Limits the body size and requires Content-Type: application/json, as CSRF protection: a cross-site form cannot send that type. Requests with a
/// key header are exempt.
/// </summary>
internal sealed class BodyRules : IMiddleware
{
    /// <summary>Maximum body size.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly ProblemHttpResult NotJson = Problem.Of(
        415, "Not JSON", "Send a JSON body in UTF-8 with Content-Type: application/json. With a key in a header the type is not checked.");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.ContentLength > MaxBytes)
        {
            await JsonBody.TooLarge.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        if (!IsJson(request.ContentType) && RequestKey.Of(request).Key is null && await JsonBody.HasBodyAsync(context).ConfigureAwait(false))
        {
            await NotJson.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private static bool IsJson(string? type) =>
        MediaTypeHeaderValue.TryParse(type, out var parsed)
        && string.Equals(parsed.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (parsed.CharSet is null || parsed.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
