using System.Net.WebSockets;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>A WebSocket that carries one JSON object per text message. No Origin header: a gateway refuses those it does not know.</summary>
internal sealed class GatewaySocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    // As large as the largest message so far: new ones for each large message are garbage that stays in memory for long.
    private byte[] _buffer = new byte[64 * 1024];

    public GatewaySocket()
    {
        // The server pings and drops whoever does not answer; the pending receive answers.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.Proxy = null;
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.SetRequestHeader("User-Agent", HttpPoll.UserAgent);
    }

    /// <summary>Largest message taken, bytes.</summary>
    public long MaxMessage { get; set; } = 256 * 1024;

    /// <exception cref="TargetFailureException">No WebSocket there.</exception>
    public async Task ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(url, cancellationToken).ConfigureAwait(false);
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
            throw new TargetFailureException(TargetFailure.Protocol, "the connection was cut", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>A message as JSON, read where it was received: to be disposed before the next one is asked for.</summary>
    /// <exception cref="TargetFailureException">It is no JSON, or has too many values.</exception>
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
            throw new TargetFailureException(TargetFailure.Protocol, "a message of the gateway is no JSON", e);
        }
    }

    /// <summary>The next message.</summary>
    /// <exception cref="TargetFailureException">Closed, cut, or too large.</exception>
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
                    throw new TargetFailureException(TargetFailure.TooLarge, $"a message of the gateway is over {MaxMessage} bytes");
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
            throw new TargetFailureException(TargetFailure.Protocol, $"the connection was cut: {e.Message}", e);
        }
    }

    /// <summary>Says that it ends. The other end's goodbye comes to the pending receive.</summary>
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
            // It is gone already.
        }
    }

    public void Abort() => _socket.Abort();

    /// <summary>Nobody may be receiving any more.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    // The closing code of a refused login comes where the refusal itself was not read.
    private TargetFailureException Closed() => new(
        TargetFailure.Protocol,
        $"the gateway closed the connection ({(int?)_socket.CloseStatus} {Printable.Line(_socket.CloseStatusDescription ?? "", 100)})");
}
