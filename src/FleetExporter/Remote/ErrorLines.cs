using System.Text;

namespace FleetExporter.Remote;

/// <summary>The last lines of a process's standard error. The text is untrusted, so number and length of lines are limited.</summary>
internal sealed class ErrorLines
{
    private const int MaxLines = 80;
    private const int MaxLine = 400;

    /// <summary>Bytes that are decoded at once.</summary>
    private const int Piece = 512;

    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _line = new();
    private Decoder? _decoder;

    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(Stream errors)
    {
        var chunk = Buffers.Pool.Rent(Piece);
        try
        {
            int read;
            while ((read = await errors.ReadAsync(chunk).ConfigureAwait(false)) > 0)
            {
                Push(chunk.AsSpan(0, read));
            }
        }
        finally
        {
            Buffers.Pool.Return(chunk);
        }

        Complete();
    }

    /// <summary>Adds output in pieces of any size, in order.</summary>
    public void Push(ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = stackalloc char[Piece + 1];   // one more for what the last piece left undecoded
        lock (_lines)
        {
            _decoder ??= Encoding.UTF8.GetDecoder();
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Piece)..])
            {
                Push(chars[.._decoder.GetChars(bytes[..Math.Min(bytes.Length, Piece)], chars, flush: false)]);
            }
        }
    }

    /// <summary>Ends the last line.</summary>
    public void Complete()
    {
        lock (_lines)
        {
            Add(_line.ToString().TrimEnd('\r'));
            _line.Clear();
        }
    }

    public void Add(string line)
    {
        if (line.Length == 0)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }
    }

    private void Push(ReadOnlySpan<char> chars)
    {
        foreach (var c in chars)
        {
            if (c == '\n')
            {
                Complete();
            }
            else if (_line.Length < MaxLine)
            {
                _line.Append(c);
            }
        }
    }
}
