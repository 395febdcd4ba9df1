using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Access;

/// <summary>
/// The key that a request carries in a header. A browser sends neither header to another site without asking that site first, and the answer
/// allows nothing but GET (<see cref="Origins"/>), so a request with one was not sent by a page of another site.
/// </summary>
internal static class RequestKey
{
    /// <summary>An Authorization of another scheme is none of ours: a proxy may have its own.</summary>
    /// <returns>The first key, null when there is none, and whether there are several.</returns>
    public static (string? Key, bool Several) Of(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        var given = request.Headers.Authorization
            .Where(value => value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true).Select(value => value![Bearer.Length..].Trim())
            .Concat(request.Headers["X-API-Key"].Select(value => value ?? ""))
            .ToList();
        return (given.FirstOrDefault(), given.Count > 1);
    }
}
