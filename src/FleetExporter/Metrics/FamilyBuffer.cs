using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace FleetExporter.Metrics;

/// <summary>The finished sample lines of one family, in blocks from the shared pool.</summary>
internal sealed class FamilyBuffer(MetricFamily family) : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly byte[] _name = Encoding.UTF8.GetBytes(family.Name);
    private readonly List<(byte[] Block, int Length)> _full = [];
    private byte[] _block = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;
    private int _target = -1;
    private int _samplesOfTarget;
    private bool _open;
    private ulong _series;
    private ulong _firstSeries;
    private HashSet<ulong>? _seriesOfTarget;
    private (int Full, int Length) _begin;

    public MetricFamily Family => family;

    /// <summary>Counts one more sample of the target; false when the family's limit is reached.</summary>
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
        _begin = (_full.Count, _length);
        _series = SeriesHash.Add(0, labels.Encoded);
        _name.CopyTo(_block.AsSpan(_length));
        _length += _name.Length;
        _open = false;
        if (labels.Encoded.Length > 0)
        {
            _block[_length++] = (byte)'{';
            labels.Encoded.CopyTo(_block.AsSpan(_length));
            _length += labels.Encoded.Length;
            _open = true;
        }
    }

    public void Label(string name, string value)
    {
        var escaped = Labels.Escape(value);
        Reserve(4 + (3 * (name.Length + escaped.Length)));
        var begin = _length;
        _block[_length++] = _open ? (byte)',' : (byte)'{';
        _open = true;
        _length += Encoding.UTF8.GetBytes(name, _block.AsSpan(_length));
        _block[_length++] = (byte)'=';
        _block[_length++] = (byte)'"';
        _length += Encoding.UTF8.GetBytes(escaped, _block.AsSpan(_length));
        _block[_length++] = (byte)'"';
        _series = SeriesHash.Add(_series, _block.AsSpan(begin.._length));
    }

    /// <summary>Writes the value; false when the target has the series already, which then stays as it was.</summary>
    public bool End(double value)
    {
        if (!IsNew())
        {
            Withdraw();
            return false;
        }

        Reserve(48);
        if (_open)
        {
            _block[_length++] = (byte)'}';
        }

        _block[_length++] = (byte)' ';
        _length += Number.Format(value, _block.AsSpan(_length));
        _block[_length++] = (byte)'\n';
        return true;
    }

    public void CopyTo(IBufferWriter<byte> output)
    {
        foreach (var (block, length) in _full)
        {
            output.Write(block.AsSpan(0, length));
        }

        output.Write(_block.AsSpan(0, _length));
    }

    public void Dispose()
    {
        foreach (var (block, _) in _full)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        ArrayPool<byte>.Shared.Return(_block);
        _full.Clear();
        _block = [];
        _length = 0;
    }

    /// <summary>Most families have one series per target: those need no set.</summary>
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

    /// <summary>Takes back what was written since <see cref="Begin"/>.</summary>
    private void Withdraw()
    {
        while (_full.Count > _begin.Full)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = _full[^1].Block;
            _full.RemoveAt(_full.Count - 1);
        }

        _length = _begin.Length;
    }

    private void Reserve(int bytes)
    {
        if (_block.Length - _length >= bytes)
        {
            return;
        }

        // A sample may straddle two blocks; they are written one after the other.
        _full.Add((_block, _length));
        _block = ArrayPool<byte>.Shared.Rent(Math.Max(BlockSize, bytes));
        _length = 0;
    }
}

/// <summary>Sample values as both text formats take them.</summary>
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
