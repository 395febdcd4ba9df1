using System.Net;
using System.Net.Sockets;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>
/// Forwards connections to a loopback port. While stalled, it accepts connections and input but sends nothing.
/// </summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _to;
    private readonly Task _accepting;
    private TaskCompletionSource _open = New();

    /// <param name="stalled">Whether it is silent from the start.</param>
    public StallingProxy(int to, bool stalled = false)
    {
        _to = to;
        if (!stalled)
        {
            _open.SetResult();
        }

        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public void Stall() => Volatile.Write(ref _open, New());

    /// <summary>Resumes forwarding on open and new connections.</summary>
    public void Resume() => Volatile.Read(ref _open).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task OpenAsync() => Volatile.Read(ref _open).Task.WaitAsync(_stop.Token);

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await OpenAsync();
            await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
            await await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // One end has disconnected.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await from.GetStream().ReadAsync(buffer, _stop.Token)) > 0)
        {
            await OpenAsync();
            await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
