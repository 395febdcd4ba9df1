using System.Net.Sockets;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>Checks one tunnel: connects, sends what its check says, and asks the host's stream for the unit. Every poll connects anew.</summary>
internal sealed class TunnelSession(TunnelConfig tunnel, TargetTools tools) : ITargetSession
{
    // No kept connection: only a new one proves that the tunnel takes new ones. The body is never read.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        MaxResponseDrainSize = 0,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>
    /// Always a reading, because what was seen before a failure counts: a tunnel that accepts and then says nothing is half-dead, not down.
    /// </returns>
    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        var started = tools.Clock.GetTimestamp();
        var (tcp, data) = (false, (bool?)null);
        TargetFailureDetails? whyNot = null;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(tunnel.Connect.Host, tunnel.Connect.Port!.Value, cancellationToken).ConfigureAwait(false);
            tcp = true;
            whyNot = tunnel.Verify switch
            {
                TunnelCheck.Banner => await BannerAsync(client.GetStream(), cancellationToken).ConfigureAwait(false),
                TunnelCheck.Http http => await GetAsync(client, http.Url, cancellationToken).ConfigureAwait(false),
                _ => null,
            };
            data = tunnel.Verify is TunnelCheck.Tcp ? null : whyNot is null;
        }
        catch (OperationCanceledException)
        {
            whyNot = new TargetFailureDetails(
                TargetFailure.Timeout,
                tcp
                    ? $"accepts connections, but nothing came through within {Duration.Format(tunnel.Timeout)}"
                    : $"{tunnel.Connect} does not answer within {Duration.Format(tunnel.Timeout)}");
            data = tcp ? false : null;
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException)
        {
            whyNot = Explain(e, tcp);
            data = tcp ? false : null;
        }

        var unit = tunnel.Unit is { } name ? tools.UnitOf(tunnel.Host, name) : null;
        return new TunnelReading(tcp, data, unit, tools.Clock.GetElapsedTime(started), whyNot);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>One byte is enough: ssh forwards none that the far end has not sent.</summary>
    private static async Task<TargetFailureDetails?> BannerAsync(NetworkStream stream, CancellationToken cancellationToken) =>
        await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0
            ? null
            : new TargetFailureDetails(TargetFailure.Protocol, "accepts connections and cuts them at once: nobody answers behind the tunnel");

    private async Task<TargetFailureDetails?> GetAsync(TcpClient first, Uri url, CancellationToken cancellationToken)
    {
        first.Close();
        using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        return status < 500 ? null : new TargetFailureDetails(TargetFailure.Status, $"{url} answers {status} through the tunnel");
    }

    private TargetFailureDetails Explain(Exception error, bool accepted)
    {
        var reason = error switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => TargetFailure.Dns,
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => TargetFailure.Refused,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => TargetFailure.Tls,
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => TargetFailure.TooLarge,
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => TargetFailure.Dns,
            SocketException { SocketErrorCode: SocketError.TimedOut } => TargetFailure.Timeout,
            SocketException when !accepted => TargetFailure.Refused,
            _ => TargetFailure.Protocol,
        };
        return new TargetFailureDetails(
            reason,
            accepted ? $"accepts connections, but nothing comes through: {error.GetBaseException().Message}" : $"{tunnel.Connect}: {error.Message}");
    }
}
