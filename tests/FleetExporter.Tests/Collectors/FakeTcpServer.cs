using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FleetExporter.Tests.Collectors;

/// <summary>A loopback server that sends a fixed text on every connection.</summary>
internal sealed class FakeTcpServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly string? _text;
    private readonly List<TcpClient> _held = [];

    /// <param name="text">
    /// Sent after the first input, or at once with <paramref name="sendsFirst"/>; null sends nothing, empty closes the connection.
    /// </param>
    public FakeTcpServer(string? text, bool sendsFirst = false, IPAddress? address = null)
    {
        _text = text;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _ = ServeAsync(sendsFirst);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _held.Count;

    public static string Http(int status, string more = "") => $"HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n{more}\r\n";

    /// <summary>A closed port.</summary>
    public static int DeadPort()
    {
        using var closed = new FakeTcpServer(null);
        return closed.Port;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _held.ForEach(c => c.Dispose());
    }

    private async Task ServeAsync(bool sendsFirst)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _held.Add(client);
                _ = AnswerAsync(client, sendsFirst);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(TcpClient client, bool sendsFirst)
    {
        try
        {
            if (_text is null)
            {
                return;
            }

            if (!sendsFirst && _text.Length > 0)
            {
                _ = await client.GetStream().ReadAtLeastAsync(new byte[4096], 1);
            }

            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(_text));
            client.Close();
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client disconnected.
        }
    }
}
