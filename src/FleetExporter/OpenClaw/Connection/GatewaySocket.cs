using System.Net.WebSockets;
using System.Text.Json;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>A WebSocket with one JSON object per text message. Sends no Origin header, because gateways reject unknown origins.</summary>
internal sealed class GatewaySocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    /// <summary>Null for the client's own, which connects to any address.</summary>
    private readonly HttpMessageInvoker? _guarded;
    private readonly SemaphoreSlim _sending = new(1, 1);
    // Grows to the largest message so far; a new buffer per large message would fragment the large object heap.
    private byte[] _buffer = new byte[64 * 1024];

    /// <param name="refusesLinkLocal"><see cref="Config.TargetConfig.RefusesLinkLocal"/>.</param>
    public GatewaySocket(bool refusesLinkLocal = false)
    {
        _guarded = refusesLinkLocal
            ? new HttpMessageInvoker(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectCallback = TargetConnect.ConnectAsync,
            })
            : null;
        // The server pings; the pending receive answers.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.Proxy = null;
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.SetRequestHeader("User-Agent", HttpPoll.UserAgent);
    }

    /// <summary>Maximum message size in bytes.</summary>
    public long MaxMessage { get; set; } = 256 * 1024;

    /// <exception cref="TargetFailureException">The connection failed.</exception>
    public async Task ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(url, _guarded, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (NetworkFailure.IsNetwork(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw NetworkFailure.Of(e, _socket.HttpStatusCode);
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (NetworkFailure.IsNetwork(e) || e is ObjectDisposedException or InvalidOperationException)
        {
            throw new TargetFailureException(TargetFailure.Protocol, "the connection was aborted", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Parses a message without copying it: dispose the document before receiving the next message.</summary>
    /// <exception cref="TargetFailureException">Not JSON, or too many values.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            return RemoteJson.Parse(message, RemoteLimits.LargeJsonValues);
        }
        catch (FormatException e)
        {
            throw new TargetFailureException(TargetFailure.TooLarge, $"a message of the gateway has {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new TargetFailureException(TargetFailure.Protocol, "the gateway sent a message that is not JSON", e);
        }
    }

    /// <summary>Receives the next message.</summary>
    /// <exception cref="TargetFailureException">Closed, aborted, or too large.</exception>
    public async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (part.MessageType != WebSocketMessageType.Text)
                {
                    throw part.MessageType == WebSocketMessageType.Close
                        ? Closed()
                        : new TargetFailureException(TargetFailure.Protocol, "the gateway sent a binary message");
                }

                length += part.Count;
                if (length > MaxMessage)
                {
                    throw new TargetFailureException(TargetFailure.TooLarge, $"the gateway sent a message of more than {MaxMessage} bytes");
                }

                if (part.EndOfMessage)
                {
                    return _buffer.AsMemory(0, length);
                }

                if (length == _buffer.Length)
                {
                    Array.Resize(ref _buffer, (int)Math.Min(2L * length, Math.Max(MaxMessage, length) + 1));
                }
            }
        }
        catch (Exception e) when (NetworkFailure.IsNetwork(e) || e is ObjectDisposedException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TargetFailureException(TargetFailure.Protocol, $"the connection was aborted: {e.Message}", e);
        }
    }

    /// <summary>Sends a close frame. The pending receive gets the gateway's.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
            when (NetworkFailure.IsNetwork(e) || e is OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Already closed.
        }
    }

    public void Abort() => _socket.Abort();

    /// <summary>Must not be called during a receive.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _guarded?.Dispose();
        _sending.Dispose();
    }

    // If the error answer of a failed login was not received, the close code has its reason.
    private TargetFailureException Closed() => new(
        TargetFailure.Protocol,
        $"the gateway closed the connection ({(int?)_socket.CloseStatus} {Printable.Line(_socket.CloseStatusDescription ?? "", 100)})");
}
