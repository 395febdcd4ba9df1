using System.Buffers;
using System.IO.Pipelines;

namespace FleetExporter.Remote.Ssh;

/// <summary>What a channel received and nobody has read yet. Reading it lets the host send more.</summary>
internal sealed class SshChannelOutput(SshChannel channel) : Stream
{
    // The channel's window bounds what waits here, so the writer never has to pause.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Lock _writing = new();
    private bool _complete;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Called by the connection's receiving thread.</summary>
    public new void Write(ReadOnlySpan<byte> data)
    {
        lock (_writing)
        {
            if (_complete)
            {
                return;
            }

            _pipe.Writer.Write(data);
            _ = _pipe.Writer.FlushAsync().AsTask();
        }
    }

    /// <summary>Nothing more comes; what is there can still be read.</summary>
    public void Complete()
    {
        lock (_writing)
        {
            if (!_complete)
            {
                _complete = true;
                _pipe.Writer.Complete();
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var available = result.Buffer;
        var count = (int)Math.Min(available.Length, buffer.Length);
        available.Slice(0, count).CopyTo(buffer.Span);
        _pipe.Reader.AdvanceTo(available.GetPosition(count));
        if (count > 0)
        {
            try
            {
                await channel.ConsumedAsync(count, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The connection has ended; what was received can still be read.
            }
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
}
