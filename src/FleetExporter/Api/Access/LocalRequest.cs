using System.Net;

namespace FleetExporter.Api.Access;

/// <summary>Whether a request comes from this machine directly: the condition for access without a key and for login links.</summary>
internal static class LocalRequest
{
    /// <summary>The forwarding header of the request, trusted or not; null for a direct request.</summary>
    public static string? ForwardedBy(HttpContext context) => context.Features.Get<ForwardedRequest>()?.Header;

    public static bool IsFromLoopback(HttpContext context) => context.Connection.RemoteIpAddress is not { } from || IPAddress.IsLoopback(from);
}
