using System.Globalization;
using System.Text;

namespace FleetExporter.Remote;

/// <summary>
/// Splits the bytes of a sampler's stream into header lines and bodies. Ignores everything before the first header (MOTD, profile output).
/// Push bytes in pieces of any size with <see cref="Push"/>, then take complete items with <see cref="TryRead"/>.
/// </summary>
/// <remarks>
/// Headers look like <c>\n@NONCE word …\n</c>. A section header ends in the length of its body, and the section in the header <c>.</c>; if that
/// does not follow the body, the section is damaged and the reader continues at the next header.
/// </remarks>
internal sealed class FrameReader
{
    /// <summary>Maximum length of a body; a section with a longer one is damaged.</summary>
    public const int MaxBody = 4 * 1024 * 1024;

    private const int MaxHeader = 512;

    /// <summary>So few bytes are kept without a large buffer: the beginning of a marker.</summary>
    private const int MaxRest = 64;

    private const int MinBuffer = 4096;

    private readonly byte[] _marker;
    private readonly byte[] _rest = new byte[MaxRest];

    /// <summary><see cref="_rest"/>, or rented from the pool while there is more.</summary>
    private byte[] _buffer;
    private int _start;
    private int _end;

    /// <summary>
    /// Number of bytes from <see cref="_start"/> already searched for a marker, so that each byte of an incomplete body is searched once.
    /// </summary>
    private int _searched;

    public FrameReader(string nonce)
    {
        _marker = Encoding.ASCII.GetBytes($"\n@{nonce} ");
        _buffer = _rest;
    }

    public void Push(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _end < bytes.Length)
        {
            var needed = _end - _start + bytes.Length;
            MoveTo(needed <= _buffer.Length ? _buffer : Buffers.Pool.Rent(Math.Max(MinBuffer, Math.Max(_buffer.Length * 2, needed))));
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Returns the next complete item; null if more bytes are needed.</summary>
    public FrameItem? TryRead()
    {
        while (true)
        {
            var item = Next(out var skipped);
            if (skipped)
            {
                continue;
            }

            // After the end of a frame it is not called again before the next one arrives.
            if ((item is null or FrameItem.FrameEnd) && _buffer != _rest && _end - _start <= MaxRest)
            {
                MoveTo(_rest);
            }

            return item;
        }
    }

    /// <param name="skipped">True after a header that is no item.</param>
    private FrameItem? Next(out bool skipped)
    {
        skipped = false;
        var data = _buffer.AsSpan(_start, _end - _start);
        var at = data.IndexOf(_marker);
        if (at < 0)
        {
            // Keep a possible prefix of a marker.
            Drop(Math.Max(0, data.Length - _marker.Length + 1));
            return null;
        }

        Drop(at);
        data = data[at..];
        var line = data[_marker.Length..];
        var length = line.IndexOf((byte)'\n');
        if (length < 0)
        {
            return line.Length <= MaxHeader ? null : Skip("header is not terminated");
        }

        if (length > 0 && line[length - 1] == '\r')
        {
            return Skip("the connection has a terminal (lines end in CR); set RequestTTY no");
        }

        var header = _marker.Length + length;   // without its line feed, which may open the next marker
        if (line[..length] is [(byte)'.'])
        {
            // The end of a section, half of all headers.
            Drop(header);
            skipped = true;
            return null;
        }

        var words = Encoding.UTF8.GetString(line[..Math.Min(length, MaxHeader)]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["hello", "1", .. var pairs]:
                Drop(header);
                return new FrameItem.Hello(pairs);
            case ["frame", _, _]:
                Drop(header);
                skipped = true;
                return null;
            case ["end", var sequence] when long.TryParse(sequence, CultureInfo.InvariantCulture, out var number):
                Drop(header);
                return new FrameItem.FrameEnd(number);
            case ["stuck", .. var pids]:
                Drop(header);
                return new FrameItem.Stuck(string.Join(' ', pids));
            default:
                return ReadSection(words, data, header + 1);
        }
    }

    private FrameItem? ReadSection(string[] words, Span<byte> data, int bodyAt)
    {
        if (words is not [var name, var status, var from, var until, var length]
            || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var exit)
            || !TryUptime(from, out var started)
            || !TryUptime(until, out var done)
            || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return Skip("invalid header");
        }

        if (size > MaxBody)
        {
            return Skip($"body of {size} bytes exceeds the limit of {MaxBody}", name);
        }

        // The header that follows confirms the length.
        if (data.Length < bodyAt + size + _marker.Length)
        {
            var unsearched = Math.Max(bodyAt, _searched);
            if (data[unsearched..].IndexOf(_marker) is >= 0 and var early && unsearched + early < bodyAt + size)
            {
                return Skip("body is shorter than its header says", name);
            }

            _searched = Math.Max(bodyAt, data.Length - _marker.Length + 1);
            return null;
        }

        if (!data.Slice(bodyAt + size, _marker.Length).SequenceEqual(_marker))
        {
            return Skip("body length differs from its header", name);
        }

        var body = Encoding.UTF8.GetString(data.Slice(bodyAt, size));
        Drop(bodyAt + size);
        return new FrameItem.Body(name, exit, started, done, body);
    }

    private FrameItem.Broken Skip(string problem, string section = "")
    {
        Drop(_marker.Length);
        return new FrameItem.Broken(section, problem);
    }

    /// <summary>Seconds of uptime: a plain number below thirty years, so that no arithmetic on it overflows.</summary>
    internal static bool TryUptime(string text, out double seconds) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) && seconds is >= 0 and < 1e9;

    /// <summary>Moves the bytes to the start of a buffer, which may be the current one.</summary>
    private void MoveTo(byte[] target)
    {
        var kept = _buffer.AsSpan(_start, _end - _start);
        kept.CopyTo(target);
        if (_buffer != target && _buffer != _rest)
        {
            Buffers.Pool.Return(_buffer);
        }

        (_buffer, _start, _end) = (target, 0, kept.Length);
    }

    private void Drop(int bytes)
    {
        _start += bytes;
        _searched = bytes > 0 ? 0 : _searched;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
    }
}

/// <summary>An item of a <see cref="FrameReader"/>.</summary>
internal abstract record FrameItem
{
    /// <summary>The sampler has started. <c>pairs</c> are <c>key=value</c>.</summary>
    public sealed record Hello(IReadOnlyList<string> Pairs) : FrameItem;

    /// <summary>A section with exit status, uptimes before and after it in seconds, and body.</summary>
    public sealed record Body(string Name, int Status, double Started, double Done, string Text) : FrameItem;

    /// <summary>The frame with this number is complete.</summary>
    public sealed record FrameEnd(long Sequence) : FrameItem;

    /// <summary>The sampler gave up on processes that cannot be killed.</summary>
    public sealed record Stuck(string Pids) : FrameItem;

    /// <summary>A damaged section was skipped; <c>Section</c> is its name, or empty if unreadable.</summary>
    public sealed record Broken(string Section, string Problem) : FrameItem;
}
