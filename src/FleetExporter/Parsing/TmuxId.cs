using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Ids of tmux: <c>$N</c> for a session, <c>%N</c> for a pane.</summary>
internal static class TmuxId
{
    /// <summary>Whether the text is a session id, safe in a command line.</summary>
    public static bool IsSession(string text) => Is('$', text);

    /// <summary>Whether the text is a pane id, safe in a command line.</summary>
    public static bool IsPane(string text) => Is('%', text);

    public static long Number(string id) => long.Parse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool Is(char prefix, string text) =>
        text is [var first, .. var digits] && first == prefix && digits.All(char.IsAsciiDigit) && SectionText.TryCount(digits, out _);
}
