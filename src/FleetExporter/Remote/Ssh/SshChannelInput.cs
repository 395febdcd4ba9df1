namespace FleetExporter.Remote.Ssh;

/// <summary>Standard input of a channel's command. Writes wait for space in the host's window; closing sends end of file.</summary>
internal sealed class SshChannelInput(SshChannel channel) : Stream
{
    private readonly SemaphoreSlim _windowGrown = new(0);
    private readonly Lock _lock = new();
    private long _windowLeft;
    private int _maxPacket;
    private int _waiting;
    private volatile bool _ended;
    private int _closed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Opened(uint window, uint maxPacket)
    {
        _maxPacket = (int)maxPacket;
        WindowGrew(window);
    }

    public void WindowGrew(uint bytes)
    {
        lock (_lock)
        {
            _windowLeft = Math.Min(_windowLeft + bytes, uint.MaxValue);
        }

        Wake();
    }

    /// <summary>Makes writes fail, because the channel is closed.</summary>
    public void End()
    {
        _ended = true;
        Wake();
    }

    /// <exception cref="IOException">The channel or its connection has ended.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // SSH.NET accepts arrays only, and keeps none after the call.
        var data = buffer.ToArray();
        for (var sent = 0; sent < data.Length;)
        {
            var count = await ReserveAsync(data.Length - sent, cancellationToken).ConfigureAwait(false);
            await channel.SendDataAsync(data, sent, count, cancellationToken).ConfigureAwait(false);
            sent += count;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    /// <summary>Sends end of file, without waiting for it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _ = channel.SendEndAsync().ContinueWith(static t => t.Exception, TaskContinuationOptions.OnlyOnFaulted);
        }

        base.Dispose(disposing);
    }

    /// <summary>Reserves window space for at most this many bytes and one packet.</summary>
    private async Task<int> ReserveAsync(int wanted, CancellationToken stop)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_closed == 1, this);
            if (_ended)
            {
                throw new IOException("the session has ended");
            }

            lock (_lock)
            {
                if (_windowLeft > 0)
                {
                    var count = (int)Math.Min(Math.Min(wanted, _maxPacket), _windowLeft);
                    _windowLeft -= count;
                    return count;
                }

                _waiting++;
            }

            await _windowGrown.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_waiting > 0)
            {
                _windowGrown.Release(_waiting);
                _waiting = 0;
            }
        }
    }
}
