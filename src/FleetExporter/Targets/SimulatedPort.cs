using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FleetExporter.Targets;

/// <summary>A loopback port that accepts every connection and sends a banner, or nothing, like a half-dead tunnel.</summary>
internal sealed class SimulatedPort : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[]? _banner;

    /// <param name="banner">Null to send nothing.</param>
    public SimulatedPort(string? banner)
    {
        _banner = banner is null ? null : Encoding.ASCII.GetBytes(banner);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                if (_banner is not null)
                {
                    await client.GetStream().WriteAsync(_banner).ConfigureAwait(false);
                }

                var buffer = new byte[256];
                while (await client.GetStream().ReadAsync(buffer).ConfigureAwait(false) > 0)
                {
                    // Discard input.
                }
            }
            catch (IOException)
            {
                // The client disconnected.
            }
        }
    }
}
