using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>A systemd unit to watch.</summary>
/// <param name="Name">With its type suffix. Never begins with <c>-</c>; the only shell metacharacter allowed is <c>\</c>.</param>
/// <param name="IsUser">A unit of the login user's manager (<c>systemctl --user</c>), written <c>user:NAME</c>.</param>
internal sealed partial record UnitName(string Name, bool IsUser)
{
    private const string UserPrefix = "user:";

    /// <param name="text">As written in fleet.yml.</param>
    /// <param name="unit">The parsed unit.</param>
    /// <param name="error">Predicate after <paramref name="text"/>: "is not …; give …".</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out UnitName? unit, [NotNullWhen(false)] out string? error)
    {
        var isUser = text.StartsWith(UserPrefix, StringComparison.Ordinal);
        var name = isUser ? text[UserPrefix.Length..] : text;
        var valid = name.Length <= 255 && Pattern().IsMatch(name);
        unit = valid ? new UnitName(name, isUser) : null;
        error = valid ? null : "is not a unit name with type; give a name such as nginx.service or user:sync.timer";
        return valid;
    }

    public override string ToString() => IsUser ? UserPrefix + Name : Name;

    [GeneratedRegex(
        @"^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*\.(service|socket|timer|mount|target|path|slice|scope)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
