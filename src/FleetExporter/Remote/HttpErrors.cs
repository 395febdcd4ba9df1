using System.Security.Authentication;
using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>Maps exceptions of <see cref="HttpClient"/> to <see cref="TargetFailure"/>.</summary>
internal static class HttpErrors
{
    public static TargetFailureException Of(Exception error, Uri url)
    {
        // Thrown by HttpConnector and wrapped by HttpClient.
        if (TargetConnect.FailureIn(error) is { } known)
        {
            return known;
        }

        var message = Printable.Line((error.InnerException ?? error).Message, 200);
        return new TargetFailureException(
            error is HttpRequestException request
                ? request.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => TargetFailure.Dns,
                    HttpRequestError.ConnectionError => TargetFailure.Refused,
                    HttpRequestError.SecureConnectionError => TargetFailure.Tls,
                    HttpRequestError.ConfigurationLimitExceeded => TargetFailure.TooLarge,
                    _ => error.InnerException is AuthenticationException ? TargetFailure.Tls : TargetFailure.Protocol,
                }
                : TargetFailure.Protocol,
            $"{url.Authority}: {message}",
            error);
    }
}
