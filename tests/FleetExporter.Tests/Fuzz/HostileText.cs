using System.Text;

namespace FleetExporter.Tests.Fuzz;

/// <summary>Numbers and names at the edges of what a host can print.</summary>
internal static class HostileText
{
    /// <summary>Characters from here to U+E0FF stand for single bytes, so that texts can contain invalid UTF-8.</summary>
    private const char FirstRawByte = '\ue000';

    public static readonly string[] Numbers =
    [
        "", " ", "-", "0", "-0", "-1", "0.5", "-0.5", "00000000000000000001", "5e-324", "4.9E-324", "2.2250738585072014e-308", "1e308",
        "1.7976931348623157e308",
        "1e309", "-1e308", "NaN", "nan", "-NaN", "Infinity", "-Infinity", "inf", "-inf", "+Inf", "∞", "0x10", "1,5", "1_000", "+1", "--1",
        "٣", "½", "１",
        "2147483647", "2147483648", "-2147483648", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551615", "253402300799", "253402300800", "999999999.99", "99999999999999999999999999", new('9', 308), new('9', 310),
        "0." + new string('0', 320) + "1",
        "." + new string('9', 400), "[N/A]", "N/A", "ERR!", "[Not Supported]", "[Unknown Error]", "[GPU is lost]", "[GPU requires reset]",
        "1 MiB", "100 %", "7 W",
    ];

    public static readonly string[] Names =
    [
        "", " ", "\t", "\r", "a", "A", "0", "-", "--help", "/", "../../etc/passwd", "a:b:c", "a,b", "a=b", "a b", "user:a", "U0:bob",
        "S$1:1:0:1:1::x", "P$1:%1:1:0",
        "\u001b[2J\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u009b31m", "\u202egnp.exe", "\u2066a\u2069", "\u200fa", "\u2028",
        "\u0085", "\ufeff", "a\0b", "\u007f",
        "\"", "'", "\\", "\\\"", "\\n", "a\"} 1\\n# EOF", "{host=\"b\"} NaN", "# TYPE fleet_host_cpus counter", "$(reboot)", "`reboot`",
        "${HOME}", "%s%n", "<script>alert(1)</script>",
        "&amp;", "&lol9;", "]]>", "<![CDATA[", "-->", "</gpu>", "</nvidia_smi_log>", "\ud800", "\udc00", "\ud83d\ude80", "e\u0301", "日本 語",
        "\ue0ff", "\ue0c0\ue080",
        "\ue0ed\ue0a0\ue080", "\ue0f4\ue090\ue080\ue080", "\ue0e2\ue082", "GPU-1", "MIG-1", "python train.py --token SECRET",
        "C:\\Program Files\\a.exe --key SECRET",
        new('x', 199), new('x', 200), new('x', 201), new string('x', 250) + "1", new string('x', 250) + "2",
        new('"', 300), new string('x', 199) + "\ud83d\ude80",
        new('y', 1023), new('y', 1024), new('y', 1025), new('z', 5000), "NaN", "Infinity", "null",
    ];

    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstRawByte, (char)(FirstRawByte + 0xff)))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new MemoryStream();
        Span<byte> encoded = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= FirstRawByte and <= FirstRawByte + 0xff)
            {
                bytes.WriteByte((byte)(rune.Value - FirstRawByte));
            }
            else
            {
                bytes.Write(encoded[..rune.EncodeToUtf8(encoded)]);
            }
        }

        return bytes.ToArray();
    }
}
