using System.Collections.Concurrent;
using FleetExporter.Config;
using Renci.SshNet;
using Renci.SshNet.Messages;
using Renci.SshNet.Messages.Connection;

namespace FleetExporter.Remote.Ssh;

/// <summary>An SSH connection with one channel per stream and command.</summary>
/// <param name="openTimeout">Maximum wait for the server to open a channel.</param>
internal sealed class SshConnection(TimeSpan openTimeout) : IAsyncDisposable
{
    /// <summary>
    /// Maximum wait for a send in progress when the server starts a key exchange. A longer one is blocked and completes after the exchange.
    /// </summary>
    private static readonly TimeSpan SendGrace = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan DisposeGrace = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<uint, SshChannel> _channels = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private SshClient? _client;
    private Session? _session;
    private volatile bool _exchangingKeys;
    private StreamException? _ended;
    private int _lastChannel;
    private int _disposed;

    /// <summary>Why the connection has ended; null while it is open.</summary>
    public StreamException? EndReason => Volatile.Read(ref _ended);

    public SessionBudget Budget { get; } = new();

    /// <summary>The login user: the configured one, else the account that runs the exporter.</summary>
    public static string UserOf(SshConfig config) => config.User ?? Environment.UserName;

    /// <summary>Called by SSH.NET's receiving thread before it answers the server's KEXINIT.</summary>
    public void BeginKeyExchange()
    {
        _exchangingKeys = true;
        if (_sending.Wait(SendGrace))
        {
            _sending.Release();
        }
    }

    public void EndKeyExchange() => _exchangingKeys = false;

    /// <summary>Attaches a client that is connected and logged in.</summary>
    public void Attach(SshClient client, Session session)
    {
        _client = client;
        _session = session;
        session.ChannelOpenConfirmationReceived += (_, e) => Channel(e.Message)?.Opened(e.Message);
        session.ChannelOpenFailureReceived += (_, e) => Channel(e.Message)?.Refused(e.Message);
        session.ChannelDataReceived += (_, e) => Channel(e.Message)?.Received(e.Message.Data.AsSpan(e.Message.Offset, e.Message.Size));
        session.ChannelExtendedDataReceived += (_, e) => Channel(e.Message)?.ReceivedError(e.Message.Data);
        session.ChannelWindowAdjustReceived += (_, e) => Channel(e.Message)?.WindowGrew(e.Message.BytesToAdd);
        session.ChannelRequestReceived += (_, e) => Channel(e.Message)?.Requested(e.Message);
        session.ChannelFailureReceived += (_, e) => Channel(e.Message)?.RequestFailed();
        session.ChannelEofReceived += (_, e) => Channel(e.Message)?.ReceivedEnd();
        session.ChannelCloseReceived += (_, e) => Channel(e.Message)?.ReceivedClose();
        session.Disconnected += (_, _) => Fail(new StreamException(SshFailure.Closed, "the server closed the connection"));
        client.ErrorOccurred += (_, e) => Fail(SshNetErrors.OfOpen(e.Exception));
        if (!client.IsConnected)
        {
            Fail(new StreamException(SshFailure.Closed, "the server closed the connection"));
        }
    }

    /// <summary>Opens a channel and starts a command on it.</summary>
    /// <exception cref="SessionRefusedException">The server allows no further session on this connection.</exception>
    /// <exception cref="StreamException">The connection has ended, or the server does not answer.</exception>
    public async Task<SshChannel> StartAsync(string command, bool isCommand, CancellationToken stop)
    {
        var reservation = await Budget.EnterAsync(isCommand, stop).ConfigureAwait(false);
        var channel = new SshChannel(this, (uint)Interlocked.Increment(ref _lastChannel), reservation, keepsErrors: !isCommand);
        _channels[channel.Number] = channel;
        try
        {
            if (EndReason is { } reason)
            {
                throw reason;
            }

            var open = new ChannelOpenMessage(channel.Number, SshChannel.Window, SshChannel.MaxPacket, new SshNet.SessionChannel());
            await SendAsync(open, stop).ConfigureAwait(false);
            await channel.Open.WaitAsync(openTimeout, stop).ConfigureAwait(false);
            await SendAsync(new ChannelRequestMessage(channel.RemoteNumber, new SshNet.ExecRequest(command)), stop, channel).ConfigureAwait(false);
            return channel;
        }
        catch (Exception e)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw e is TimeoutException
                ? new StreamException(SshFailure.Timeout, $"the server did not open a session within {openTimeout.TotalSeconds:0} s")
                : e;
        }
    }

    /// <summary>Sends one packet after those before it. Never blocks the caller: when SSH.NET would block, it sends on its own thread.</summary>
    /// <param name="channel">The packet's channel: sends fail once it is closed, because sshd would end the connection.</param>
    /// <param name="stop">Cancels the wait only: a blocked send continues, because half a packet would break the connection.</param>
    /// <exception cref="IOException">The connection has ended, or the channel is closed.</exception>
    public async Task SendAsync(Message message, CancellationToken stop, SshChannel? channel = null)
    {
        await _sending.WaitAsync(stop).ConfigureAwait(false);
        await SendInTurnAsync(message, channel).WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Ends the connection at once, even if the peer is frozen.</summary>
    public void Fail(StreamException reason)
    {
        if (Interlocked.CompareExchange(ref _ended, reason, null) is not null)
        {
            return;
        }

        foreach (var channel in _channels.Values)
        {
            channel.ConnectionEnded();
        }

        if (_session is { } session)
        {
            SshNet.Abort(session);
        }
    }

    public void Remove(SshChannel channel) => _channels.TryRemove(channel.Number, out _);

    /// <summary>Waits at most <see cref="DisposeGrace"/> for a server that does not answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1 || _client is not { } client)
        {
            return;
        }

        // Dispose blocks: it waits for the receiving thread and for a send in progress.
        var closing = Task.Factory.StartNew(client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await closing.WaitAsync(DisposeGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Fail(new StreamException(SshFailure.Closed, "the connection was closed"));
    }

    private async Task SendInTurnAsync(Message message, SshChannel? channel)
    {
        try
        {
            if (EndReason is { } reason)
            {
                throw new IOException(reason.Message);
            }

            if (channel is { IsClosed: true })
            {
                throw new IOException("the session has ended");
            }

            var session = _session!;
            if (!_exchangingKeys && SshNet.CanSendNow(session))
            {
                SshNet.Send(session, message);
            }
            else
            {
                await Task.Factory.StartNew(
                    () => SshNet.Send(session, message), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not IOException)
        {
            Fail(SshNetErrors.OfOpen(e));
            throw new IOException(e.Message, e);
        }
        finally
        {
            _sending.Release();
        }
    }

    private SshChannel? Channel(ChannelMessage message) => _channels.GetValueOrDefault(message.LocalChannelNumber);

    private SshChannel? Channel(ChannelOpenFailureMessage message) => _channels.GetValueOrDefault(message.LocalChannelNumber);
}

/// <summary>The server allows no further session on a connection (its <c>MaxSessions</c>).</summary>
internal sealed class SessionRefusedException(string message) : Exception(message);
