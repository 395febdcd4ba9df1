using System.Net.Sockets;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Targets.Tunnels;

/// <summary>Checks one tunnel with a new connection per poll, and reads the state of its unit from the host's stream.</summary>
internal sealed class TunnelPoller(TunnelConfig tunnel, TargetContext tools) : ITargetPoller
{
    // No connection pooling: only a new connection proves that the tunnel accepts one. The body is not read.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        MaxResponseDrainSize = 0,
        ConnectCallback = tunnel.RefusesLinkLocal ? TargetConnect.ConnectAsync : null,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>
    /// Always a reading, because a tunnel that accepts connections before the failure is half-dead, not down.
    /// </returns>
    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        var started = tools.Clock.GetTimestamp();
        var (tcp, data) = (false, (bool?)null);
        TargetFailureDetails? failure = null;
        try
        {
            using var client = new TcpClient();
            await ConnectAsync(client, cancellationToken).ConfigureAwait(false);
            tcp = true;
            failure = tunnel.Verify switch
            {
                TunnelCheck.Banner => await BannerAsync(client.GetStream(), cancellationToken).ConfigureAwait(false),
                TunnelCheck.Http http => await GetAsync(client, http.Url, cancellationToken).ConfigureAwait(false),
                _ => null,
            };
            data = tunnel.Verify is TunnelCheck.Tcp ? null : failure is null;
        }
        catch (OperationCanceledException)
        {
            failure = new TargetFailureDetails(
                TargetFailure.Timeout,
                tcp
                    ? $"accepts connections, but carried no data within {Duration.Format(tunnel.Timeout)}"
                    : $"no answer from {tunnel.Connect} within {Duration.Format(tunnel.Timeout)}");
            data = tcp ? false : null;
        }
        catch (Exception e) when (TargetConnect.FailureIn(e) is { } known)
        {
            failure = new TargetFailureDetails(known.Reason, known.Message);
            data = tcp ? false : null;
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException)
        {
            failure = Explain(e, tcp);
            data = tcp ? false : null;
        }

        var unit = tunnel.Unit is { } name ? tools.UnitOf(tunnel.Host, name) : null;
        return new TunnelReading(tcp, data, unit, tools.Clock.GetElapsedTime(started)) { Failure = failure };
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ConnectAsync(TcpClient client, CancellationToken cancellationToken)
    {
        var (host, port) = (tunnel.Connect.Host, tunnel.Connect.Port!.Value);
        if (!tunnel.RefusesLinkLocal)
        {
            await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return;
        }

        var addresses = await TargetConnect.AddressesOfAsync(host, refusesLinkLocal: true, cancellationToken).ConfigureAwait(false);
        await client.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One byte is enough, because it must come from the destination of the tunnel.</summary>
    private static async Task<TargetFailureDetails?> BannerAsync(NetworkStream stream, CancellationToken cancellationToken) =>
        await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0
            ? null
            : new TargetFailureDetails(TargetFailure.Protocol, "accepts connections and closes them at once: its destination does not answer");

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
            accepted ? $"accepts connections, but carries no data: {error.GetBaseException().Message}" : $"{tunnel.Connect}: {error.Message}");
    }
}
