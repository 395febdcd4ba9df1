namespace FleetExporter.Api.Access;

/// <summary>
/// The key in a request header. Browsers send these headers cross-site only after a CORS preflight, which
/// allows only GET (<see cref="Origins"/>), so no cross-site page can send another method with a key.
/// </summary>
internal static class RequestKey
{
    /// <summary>Ignores other Authorization schemes, which a proxy may use.</summary>
    /// <returns>The first key, null when there is none, and whether there are several.</returns>
    public static (string? Key, bool Several) Of(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        var keys = request.Headers.Authorization
            .Where(value => value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true).Select(value => value![Bearer.Length..].Trim())
            .Concat(request.Headers["X-API-Key"].Select(value => value ?? ""))
            .ToList();
        return (keys.FirstOrDefault(), keys.Count > 1);
    }
}
