using System.Globalization;
using System.Text;

namespace FleetExporter.Remote;

/// <summary>
/// Separates a command's output from the final line that <c>command.sh</c> writes. Push bytes in pieces of any size. The line starts with a byte that
/// output rarely contains, so output is hardly ever held back.
/// </summary>
internal sealed class CommandMarker(string id)
{
    private const int MaxLine = 200;

    private readonly byte[] _marker = Encoding.ASCII.GetBytes($"\u0001@{id} ");
    private byte[] _held = [];

    /// <summary>The parsed final line; null until it is complete.</summary>
    public (string Reason, int Status, int Remaining)? End { get; private set; }

    /// <returns>Bytes that are output for certain; valid until the next call.</returns>
    public ReadOnlyMemory<byte> Push(ReadOnlySpan<byte> bytes)
    {
        if (End is not null)
        {
            return default;
        }

        byte[] all = [.. _held, .. bytes];
        var at = all.AsSpan().IndexOf(_marker);
        if (at >= 0)
        {
            var line = all.AsSpan(at + _marker.Length);
            var length = line.IndexOf((byte)'\n');
            if (length >= 0 || line.Length > MaxLine)
            {
                End = Read(Encoding.ASCII.GetString(line[..(length < 0 ? MaxLine : length)]));
            }

            _held = all[at..];
            return all.AsMemory(0, at);
        }

        var safe = all.Length - MarkerPrefixLength(all);
        _held = all[safe..];
        return all.AsMemory(0, safe);
    }

    /// <summary>At the end of the stream: bytes held back because they could have started the final line.</summary>
    public ReadOnlyMemory<byte> Remainder() => End is null ? _held : default;

    /// <summary>Length of the longest suffix that is a prefix of the marker.</summary>
    private int MarkerPrefixLength(byte[] all)
    {
        for (var length = Math.Min(_marker.Length - 1, all.Length); length > 0; length--)
        {
            if (all.AsSpan(all.Length - length).SequenceEqual(_marker.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }

    private static (string Reason, int Status, int Remaining) Read(string line) =>
        line.Split(' ') is [var reason, var status, var remaining]
        && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
        && int.TryParse(remaining, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (reason, code, count)
            : ("unknown", 0, 0);
}
