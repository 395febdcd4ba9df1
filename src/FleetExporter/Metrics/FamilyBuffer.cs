using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace FleetExporter.Metrics;

/// <summary>Encoded sample lines of one family, in blocks from the shared pool.</summary>
internal sealed class FamilyBuffer(MetricFamily family) : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly byte[] _name = Encoding.UTF8.GetBytes(family.Name);
    private readonly List<(byte[] Block, int Length)> _fullBlocks = [];
    private byte[] _block = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;
    private int _target = -1;
    private int _samplesOfTarget;
    private bool _hasLabels;
    private ulong _series;
    private ulong _firstSeries;
    private HashSet<ulong>? _seriesOfTarget;
    private (int Full, int Length) _sampleStart;

    public MetricFamily Family => family;

    /// <summary>Counts a sample of the target; false when the family's limit is reached.</summary>
    public bool TryCount(int target)
    {
        if (target != _target)
        {
            _target = target;
            _samplesOfTarget = 0;
            _seriesOfTarget?.Clear();
        }

        return _samplesOfTarget++ < family.MaxSeriesPerTarget;
    }

    public void Begin(Labels labels)
    {
        Reserve(_name.Length + labels.Encoded.Length + 2);
        _sampleStart = (_fullBlocks.Count, _length);
        _series = SeriesHash.Add(0, labels.Encoded);
        _name.CopyTo(_block.AsSpan(_length));
        _length += _name.Length;
        _hasLabels = false;
        if (labels.Encoded.Length > 0)
        {
            _block[_length++] = (byte)'{';
            labels.Encoded.CopyTo(_block.AsSpan(_length));
            _length += labels.Encoded.Length;
            _hasLabels = true;
        }
    }

    public void Label(string name, string value)
    {
        var escaped = Labels.Escape(value);
        Reserve(4 + (3 * (name.Length + escaped.Length)));
        var begin = _length;
        _block[_length++] = _hasLabels ? (byte)',' : (byte)'{';
        _hasLabels = true;
        _length += Encoding.UTF8.GetBytes(name, _block.AsSpan(_length));
        _block[_length++] = (byte)'=';
        _block[_length++] = (byte)'"';
        _length += Encoding.UTF8.GetBytes(escaped, _block.AsSpan(_length));
        _block[_length++] = (byte)'"';
        _series = SeriesHash.Add(_series, _block.AsSpan(begin.._length));
    }

    /// <summary>Writes the value; false for a duplicate series, which is dropped.</summary>
    public bool End(double value)
    {
        if (!IsNew())
        {
            RemoveSample();
            return false;
        }

        Reserve(48);
        if (_hasLabels)
        {
            _block[_length++] = (byte)'}';
        }

        _block[_length++] = (byte)' ';
        _length += Number.Format(value, _block.AsSpan(_length));
        _block[_length++] = (byte)'\n';
        return true;
    }

    /// <summary>Bytes of the finished samples.</summary>
    public int Length
    {
        get
        {
            var length = _length;
            foreach (var (_, full) in _fullBlocks)
            {
                length += full;
            }

            return length;
        }
    }

    /// <returns>The number of bytes.</returns>
    public int CopyTo(Span<byte> destination)
    {
        var at = 0;
        foreach (var (block, length) in _fullBlocks)
        {
            block.AsSpan(0, length).CopyTo(destination[at..]);
            at += length;
        }

        _block.AsSpan(0, _length).CopyTo(destination[at..]);
        return at + _length;
    }

    public void CopyTo(IBufferWriter<byte> output)
    {
        foreach (var (block, length) in _fullBlocks)
        {
            output.Write(block.AsSpan(0, length));
        }

        output.Write(_block.AsSpan(0, _length));
    }

    /// <summary>Removes all samples.</summary>
    public void Clear()
    {
        foreach (var (block, _) in _fullBlocks)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _fullBlocks.Clear();
        (_length, _target) = (0, -1);
    }

    public void Dispose()
    {
        Clear();
        ArrayPool<byte>.Shared.Return(_block);
        _block = [];
    }

    /// <summary>Families with one series per target, which are most, need no set.</summary>
    private bool IsNew()
    {
        if (_samplesOfTarget == 1)
        {
            _firstSeries = _series;
            return true;
        }

        _seriesOfTarget ??= [];
        return _series != _firstSeries && _seriesOfTarget.Add(_series);
    }

    /// <summary>Removes the sample started by <see cref="Begin"/>.</summary>
    private void RemoveSample()
    {
        while (_fullBlocks.Count > _sampleStart.Full)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = _fullBlocks[^1].Block;
            _fullBlocks.RemoveAt(_fullBlocks.Count - 1);
        }

        _length = _sampleStart.Length;
    }

    private void Reserve(int bytes)
    {
        if (_block.Length - _length >= bytes)
        {
            return;
        }

        // A sample may span two blocks, which are written in order.
        _fullBlocks.Add((_block, _length));
        _block = ArrayPool<byte>.Shared.Rent(Math.Max(BlockSize, bytes));
        _length = 0;
    }
}

/// <summary>Formats sample values for both text formats.</summary>
internal static class Number
{
    /// <summary>2^53: up to here a double without fraction is exactly the integer it prints as.</summary>
    private const double LargestExactInteger = 9007199254740992;

    public static int Format(double value, Span<byte> destination)
    {
        if (double.IsInfinity(value) || double.IsNaN(value))
        {
            var word = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8;
            word.CopyTo(destination);
            return word.Length;
        }

        int written;
        if (value == Math.Truncate(value) && Math.Abs(value) < LargestExactInteger)
        {
            Utf8Formatter.TryFormat((long)value, destination, out written);
        }
        else
        {
            value.TryFormat(destination, out written, default, System.Globalization.CultureInfo.InvariantCulture);
        }

        return written;
    }
}
