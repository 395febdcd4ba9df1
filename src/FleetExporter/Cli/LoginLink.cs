using System.Net.Sockets;
using FleetExporter.Access;
using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>A link that logs a browser on this machine in as admin, once. The code is in the fragment, which browsers send to nobody.</summary>
/// <param name="Url">Such as <c>http://127.0.0.1:9470/#login=…</c>.</param>
internal sealed record LoginLink(string Url, DateTimeOffset Expires)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <param name="service">Base URL, from <see cref="AddressFile.Local"/>.</param>
    /// <exception cref="IOException">The data folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static LoginLink Create(Uri service, LoginLinks links)
    {
        var (code, expires) = links.Create();
        return new LoginLink($"{service}#login={code}", expires);
    }

    /// <summary>The base URL that an exporter with this configuration has.</summary>
    /// <returns>Null if the port is known to the running exporter only.</returns>
    public static Uri? ServiceOf(FleetConfig config) => config.Listen.Port == 0 ? null : new Uri(
        $"{(config.Tls.IsOn ? "https" : "http")}://{config.Listen}");

    /// <summary>Whether something listens at the address.</summary>
    public static async Task<bool> IsRunningAsync(Uri service, CancellationToken stop)
    {
        using var client = new TcpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            await client.ConnectAsync(service.DnsSafeHost, service.Port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
