using System.Text;

namespace FleetExporter.Metrics;

/// <summary>An immutable list of label pairs, escaped and encoded once.</summary>
internal sealed class Labels
{
    /// <summary>Maximum length of a label value in characters; longer ones, which remote hosts can cause, are truncated with <c>…</c>.</summary>
    public const int MaxValueLength = 200;

    public static readonly Labels None = new([]);

    private readonly byte[] _encoded;

    private Labels(byte[] encoded) => _encoded = encoded;

    /// <summary><c>a="1",b="2"</c> in UTF-8, without braces.</summary>
    internal ReadOnlySpan<byte> Encoded => _encoded;

    public static Labels Of(string name, string value) => None.With(name, value);

    public Labels With(string name, string value)
    {
        var pair = $"{name}=\"{Escape(value)}\"";
        var separator = _encoded.Length == 0 ? "" : ",";
        return new([.. _encoded, .. Encoding.UTF8.GetBytes(separator + pair)]);
    }

    public override string ToString() => Encoding.UTF8.GetString(_encoded);

    /// <summary>Backslash, quote and line feed are escaped; unpaired surrogates become U+FFFD; long values are truncated.</summary>
    internal static string Escape(string value)
    {
        if (value.Length > MaxValueLength)
        {
            value = Cut(value, MaxValueLength);
        }

        return value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
            ? value
            : value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
    }

    private static string Cut(string value, int length)
    {
        var end = length - 1;
        return string.Concat(value.AsSpan(0, char.IsHighSurrogate(value[end - 1]) ? end - 1 : end), "…");
    }
}
