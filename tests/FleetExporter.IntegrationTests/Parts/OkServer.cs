using System.Net;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Answers every GET on a loopback port with 200.</summary>
internal sealed class OkServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public OkServer()
    {
        Port = Ports.Free();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                (await _listener.GetContextAsync()).Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
