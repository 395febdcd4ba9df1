using System.Text;

namespace FleetExporter.Config;

/// <summary>Values in error messages: one line, without control characters, truncated.</summary>
internal static class ErrorText
{
    private const int ValueLength = 80;

    public static string Quote(string text) => $"'{Cut(text)}'";

    public static string Cut(string text, int maxLength = ValueLength)
    {
        var shown = new StringBuilder();
        foreach (var c in text)
        {
            shown.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => "?",
                _ => c.ToString(),
            });
            if (shown.Length > maxLength)
            {
                var end = char.IsHighSurrogate(shown[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
                return shown.ToString(0, end) + "…";
            }
        }

        return shown.ToString();
    }
}
