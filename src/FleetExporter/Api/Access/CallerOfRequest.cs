using FleetExporter.Access;

namespace FleetExporter.Api.Access;

internal static class CallerOfRequest
{
    /// <summary>The authenticated caller of the request.</summary>
    /// <exception cref="InvalidOperationException">The route is open: there is no caller.</exception>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The route is open: its requests have no caller.");
}
