using System.Buffers.Binary;
using Renci.SshNet.Messages.Connection;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// A session channel that runs one command. Buffers received data until it is read, at most <see cref="Window"/> bytes: the host sends no
/// more before that (RFC 4254 section 5.2). Methods that handle messages are called by the receiving thread of the connection.
/// </summary>
internal sealed class SshChannel : IShellProcess
{
    /// <summary>Bytes that the host may send before they are read; sshd uses 2 MiB.</summary>
    public const uint Window = 1024 * 1024;

    /// <summary>Maximum data packet in both directions; sshd uses 32 KiB.</summary>
    public const uint MaxPacket = 32 * 1024;

    /// <summary>Exit status of a command that reported none, as in ssh.</summary>
    private const int NoStatus = 255;

    private static readonly TimeSpan EndGrace = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(5);

    private readonly SshConnection _connection;
    private readonly IDisposable _reservation;
    private readonly SshChannelOutput _output;
    private readonly SshChannelOutput _errors;
    private readonly SshChannelInput _input;
    private readonly ErrorLines? _errorLines;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _window = new();
    private long _receivable = Window;
    private uint _consumed;
    private int? _status;
    private int _closeSent;
    private int _disposed;

    public SshChannel(SshConnection connection, uint number, IDisposable reservation, bool keepsErrors)
    {
        _connection = connection;
        _reservation = reservation;
        Number = number;
        _output = new SshChannelOutput(this);
        _errors = new SshChannelOutput(this);
        _input = new SshChannelInput(this);
        _errorLines = keepsErrors ? new ErrorLines() : null;
    }

    /// <summary>The channel number in messages from the server.</summary>
    public uint Number { get; }

    /// <summary>The channel number in messages to the server.</summary>
    public uint RemoteNumber { get; private set; }

    /// <summary>Whether CHANNEL_CLOSE has been sent or is about to be sent.</summary>
    public bool IsClosed => Volatile.Read(ref _closeSent) == 1;

    /// <summary>Completes once the server opens the channel, or fails.</summary>
    public Task Open => _open.Task;

    public Stream Input => _input;

    public Stream Output => _output;

    public Stream ErrorOutput => _errorLines is null ? _errors : Stream.Null;

    public string ErrorText => _errorLines?.Text ?? "";

    public Task<int> Exited => _exited.Task;

    public void Opened(ChannelOpenConfirmationMessage message)
    {
        RemoteNumber = message.RemoteChannelNumber;
        _input.Opened(message.InitialWindowSize, Math.Clamp(message.MaximumPacketSize, 1, MaxPacket));
        _open.TrySetResult();
        if (_disposed == 1)
        {
            // Disposed meanwhile; the server counts the channel until it is closed.
            _ = CloseAsync();
        }
    }

    public void Refused(ChannelOpenFailureMessage message)
    {
        _closeSent = 1;
        _open.TrySetException(new SessionRefusedException(Printable.Line(message.Description ?? "", 200)));
        End();
    }

    public void Received(ReadOnlySpan<byte> data)
    {
        if (IsWithinWindow(data))
        {
            _output.Add(data);
        }
    }

    public void ReceivedError(ReadOnlySpan<byte> data)
    {
        if (!IsWithinWindow(data))
        {
            return;
        }

        if (_errorLines is null)
        {
            _errors.Add(data);
            return;
        }

        _errorLines.Push(data);
        _ = ConsumedAsync(data.Length, CancellationToken.None).AsTask();
    }

    public void WindowGrew(uint bytes) => _input.WindowGrew(bytes);

    public void Requested(ChannelRequestMessage message)
    {
        // want_reply (1 byte), then the status; an exit-signal counts as no status.
        if (message.RequestName == "exit-status" && message.RequestData is { Length: >= 5 } data)
        {
            _status = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(1)) & 0xFF;
        }
    }

    public void RequestFailed()
    {
        _errorLines?.Add("the server refused to run the command");
        ReceivedClose();
    }

    public void ReceivedEnd()
    {
        _output.Complete();
        _errors.Complete();
    }

    public void ReceivedClose()
    {
        End();
        _ = CloseAsync();
    }

    public void ConnectionEnded()
    {
        _closeSent = 1;
        _open.TrySetException(new IOException("the connection ended"));
        End();
    }

    public Task SendDataAsync(byte[] data, int offset, int count, CancellationToken stop) =>
        _connection.SendAsync(new ChannelDataMessage(RemoteNumber, data, offset, count), stop, this);

    public Task SendEndAsync() => IsClosed
        ? Task.CompletedTask
        : _connection.SendAsync(new ChannelEofMessage(RemoteNumber), CancellationToken.None, this);

    /// <summary>Grants the host as many bytes as were read, in steps of half a window.</summary>
    public async ValueTask ConsumedAsync(int bytes, CancellationToken stop)
    {
        uint grant;
        lock (_window)
        {
            _consumed += (uint)bytes;
            if (_consumed < Window / 2)
            {
                return;
            }

            grant = _consumed;
            _receivable += grant;
            _consumed = 0;
        }

        if (IsClosed)
        {
            return;
        }

        try
        {
            await _connection.SendAsync(new ChannelWindowAdjustMessage(RemoteNumber, grant), stop, this).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The connection has ended; received data can still be read.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (_open.Task.IsCompletedSuccessfully)
        {
            // End of input ends the command; otherwise the channel is closed.
            _input.Close();
            await ((Task)_exited.Task).WaitAsync(EndGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // With a frozen server the send blocks until the connection ends, so the wait is limited.
            await CloseAsync().WaitAsync(EndGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _output.Complete();
        _errors.Complete();
        _ = ReleaseAsync();
    }

    /// <summary>The server counts a session until it has closed it, so the reservation is kept until then.</summary>
    private async Task ReleaseAsync()
    {
        await _open.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_open.Task.IsCompletedSuccessfully)
        {
            await ((Task)_exited.Task).WaitAsync(CloseGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _connection.Remove(this);
        _reservation.Dispose();
    }

    /// <summary>Counts received data; a host that sends more than its window allows ends its connection.</summary>
    private bool IsWithinWindow(ReadOnlySpan<byte> data)
    {
        bool isExceeded;
        lock (_window)
        {
            _receivable -= data.Length;
            isExceeded = _receivable < 0;
        }

        if (isExceeded)
        {
            _connection.Fail(new StreamException(SshFailure.Closed, "the host exceeded the window of its channel"));
        }

        return !isExceeded;
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closeSent, 1) == 1)
        {
            return;
        }

        try
        {
            await _connection.SendAsync(new ChannelCloseMessage(RemoteNumber), CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The connection has ended.
        }
    }

    private void End()
    {
        _output.Complete();
        _errors.Complete();
        _errorLines?.Complete();
        _input.End();
        _exited.TrySetResult(_status ?? NoStatus);
    }
}
