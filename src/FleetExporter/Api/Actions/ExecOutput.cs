using System.Text;
using FleetExporter.Remote;

namespace FleetExporter.Api.Actions;

/// <summary>Command output encoded for JSON, lossless: text if it is valid UTF-8, otherwise base64.</summary>
/// <param name="Data">The text, or the bytes in base64.</param>
/// <param name="Encoding"><c>utf-8</c> or <c>base64</c>.</param>
internal sealed record OutputText(string Data, string Encoding)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static OutputText Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new OutputText(Strict.GetString(bytes), "utf-8");
        }
        catch (DecoderFallbackException)
        {
            return new OutputText(Convert.ToBase64String(bytes), "base64");
        }
    }

    /// <summary>
    /// Splits output so that text around invalid bytes stays text: base64 runs from an invalid byte to the end of its line.
    /// </summary>
    public static IReadOnlyList<OutputText> Pieces(ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<OutputText>();
        while (bytes.Length > 0)
        {
            var text = TextLength(bytes);
            if (text > 0)
            {
                pieces.Add(Of(bytes[..text]));
                bytes = bytes[text..];
            }

            if (bytes.Length > 0)
            {
                var end = bytes.IndexOf((byte)'\n') + 1;
                var rest = end > 0 ? end : bytes.Length;
                pieces.Add(Of(bytes[..rest]));
                bytes = bytes[rest..];
            }
        }

        return pieces;
    }

    private static int TextLength(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return bytes.Length;
        }

        var length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out var next) == System.Buffers.OperationStatus.Done)
        {
            length += next;
        }

        return length;
    }

    /// <summary>Length of an incomplete UTF-8 character at the end; 0 for none.</summary>
    public static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var b = bytes[^back];
            if ((b & 0xc0) != 0x80)
            {
                var length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
                return length > back ? back : 0;
            }
        }

        return 0;
    }
}

/// <summary>Keeps the start of a command's output; discards the rest, so that the command does not block.</summary>
internal sealed class ExecBuffer : IDisposable
{
    /// <summary>Bytes kept of each stream.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly MemoryStream _stdout = new();
    private readonly MemoryStream _stderr = new();
    private readonly Lock _lock = new();

    public bool Truncated { get; private set; }

    public OutputText Stdout => OutputText.Of(_stdout.GetBuffer().AsSpan(0, (int)_stdout.Length));

    public OutputText Stderr => OutputText.Of(_stderr.GetBuffer().AsSpan(0, (int)_stderr.Length));

    public ValueTask TakeAsync(CommandOutput from, ReadOnlyMemory<byte> piece)
    {
        lock (_lock)
        {
            var buffer = from == CommandOutput.Stdout ? _stdout : _stderr;
            var room = MaxBytes - (int)buffer.Length;
            buffer.Write(piece.Span[..Math.Min(room, piece.Length)]);
            Truncated |= piece.Length > room;
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _stdout.Dispose();
        _stderr.Dispose();
    }
}
