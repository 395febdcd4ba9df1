using System.Threading.Tasks.Sources;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// Received data of a channel that is not read yet; one reader at a time. Reading lets the host send more. A waiting reader resumes on the
/// receiving thread of its connection: no pool thread is woken per packet, and a host whose answers are costly to parse occupies only its own
/// thread.
/// </summary>
internal sealed class SshChannelOutput(SshChannel channel) : Stream, IValueTaskSource
{
    private const int MinBuffer = 4096;

    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _arrival;

    /// <summary>Rented from the pool while it has data.</summary>
    private byte[] _buffer = [];
    private int _start;
    private int _count;
    private bool _complete;
    private bool _waiting;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Called by the receiving thread. The channel's window limits the buffered bytes.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (_complete || data.IsEmpty)
            {
                return;
            }

            Reserve(data.Length);
            data.CopyTo(_buffer.AsSpan(_start + _count));
            _count += data.Length;
        }

        Wake(null);
    }

    /// <summary>Marks the end of the data; buffered data can still be read.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _complete = true;
        }

        Wake(null);
    }

    /// <param name="buffer">If empty, the call waits for data.</param>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        while ((count = TryTake(buffer.Span, out var wait)) == 0 && wait)
        {
            using var registration = cancellationToken.UnsafeRegister(
                static (output, token) => ((SshChannelOutput)output!).Wake(new OperationCanceledException(token)), this);
            await new ValueTask(this, _arrival.Version).ConfigureAwait(false);
        }

        if (count > 0)
        {
            await channel.ConsumedAsync(count, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    void IValueTaskSource.GetResult(short token) => _arrival.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    /// <param name="wait">The buffer is empty: the caller must wait for data.</param>
    private int TryTake(Span<byte> target, out bool wait)
    {
        lock (_lock)
        {
            var count = Math.Min(target.Length, _count);
            _buffer.AsSpan(_start, count).CopyTo(target);
            _start += count;
            _count -= count;
            wait = _count == 0 && count == 0 && !_complete;
            if (_count == 0)
            {
                _start = 0;
                Replace([]);
            }

            if (wait)
            {
                _arrival.Reset();
                _waiting = true;
            }

            return count;
        }
    }

    private void Wake(Exception? error)
    {
        lock (_lock)
        {
            if (!_waiting)
            {
                return;
            }

            _waiting = false;
        }

        if (error is null)
        {
            _arrival.SetResult(true);
        }
        else
        {
            _arrival.SetException(error);
        }
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _start - _count >= bytes)
        {
            return;
        }

        var fits = _buffer.Length - _count >= bytes;
        var target = fits ? _buffer : Buffers.Pool.Rent(Math.Max(MinBuffer, Math.Max(2 * _buffer.Length, _count + bytes)));
        _buffer.AsSpan(_start, _count).CopyTo(target);
        _start = 0;
        if (!fits)
        {
            Replace(target);
        }
    }

    private void Replace(byte[] buffer)
    {
        if (_buffer.Length > 0)
        {
            Buffers.Pool.Return(_buffer);
        }

        _buffer = buffer;
    }
}
