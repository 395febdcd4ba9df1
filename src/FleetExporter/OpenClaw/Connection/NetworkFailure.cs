using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>Maps network exceptions to <see cref="TargetFailure"/>.</summary>
internal static class NetworkFailure
{
    /// <param name="status">The status of the upgrade response, if any.</param>
    public static TargetFailureException Of(Exception error, HttpStatusCode? status = null)
    {
        if (TargetConnect.FailureIn(error) is { } known)
        {
            return known;
        }

        var chain = Chain(error).ToList();
        var reason = chain.OfType<AuthenticationException>().Any() ? TargetFailure.Tls
            : chain.OfType<SocketException>().FirstOrDefault() is { } socket ? OfSocket(socket)
            : chain.OfType<HttpRequestException>().FirstOrDefault()?.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => TargetFailure.Dns,
                HttpRequestError.SecureConnectionError => TargetFailure.Tls,
                HttpRequestError.ConnectionError => TargetFailure.Refused,
                HttpRequestError.ConfigurationLimitExceeded => TargetFailure.TooLarge,
                _ => (TargetFailure?)null,
            } ?? OfStatus(status);
        var innermost = chain[^1].Message;
        return new TargetFailureException(
            reason, error.Message.Contains(innermost, StringComparison.Ordinal) ? error.Message : $"{error.Message} {innermost}", error);
    }

    public static bool IsNetwork(Exception error) =>
        error is WebSocketException or HttpRequestException or IOException or SocketException or AuthenticationException;

    private static TargetFailure OfSocket(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => TargetFailure.Dns,
        SocketError.TimedOut => TargetFailure.Timeout,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => TargetFailure.Protocol,
        _ => TargetFailure.Refused,
    };

    private static TargetFailure OfStatus(HttpStatusCode? status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => TargetFailure.Auth,
        >= (HttpStatusCode)300 and < (HttpStatusCode)400 => TargetFailure.Redirect,
        null or 0 or HttpStatusCode.SwitchingProtocols or HttpStatusCode.OK => TargetFailure.Protocol,
        _ => TargetFailure.Status,
    };

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
