using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>Expands <c>${NAME}</c> and <c>${NAME:-default}</c>; <c>$${</c> gives a literal <c>${</c>.</summary>
/// <remarks>Not recursive: values are not expanded again, and defaults cannot contain variables. As in a shell, <c>:-</c> also replaces an empty
/// variable.</remarks>
internal static partial class EnvironmentText
{
    /// <param name="text">As written.</param>
    /// <param name="env">The environment.</param>
    /// <param name="filled">The expanded text.</param>
    /// <param name="error">Error message; contains names of variables, never values.</param>
    public static bool TryFill(string text, Func<string, string?> env, [NotNullWhen(true)] out string? filled, [NotNullWhen(false)] out string? error)
    {
        filled = null;
        error = null;
        var result = new StringBuilder();
        var rest = text.AsSpan();
        for (var at = rest.IndexOf("${"); at >= 0; at = rest.IndexOf("${"))
        {
            if (at > 0 && rest[at - 1] == '$')
            {
                result.Append(rest[..(at - 1)]).Append("${");
                rest = rest[(at + 2)..];
                continue;
            }

            result.Append(rest[..at]);
            var close = rest[at..].IndexOf('}');
            if (close < 0 || Variable().Match(rest[(at + 2)..(at + close)].ToString()) is not { Success: true } match)
            {
                error = "invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${";
                return false;
            }

            var name = match.Groups[1].Value;
            var fallback = match.Groups[2].Success ? match.Groups[2].Value : null;
            var value = env(name);
            if (string.IsNullOrEmpty(value) && fallback is not null)
            {
                value = fallback;
            }

            if (value is null)
            {
                error = $"the environment variable {ErrorText.Cut(name)} is not set; set it, or give ${{{ErrorText.Cut(name)}:-default}}";
                return false;
            }

            result.Append(value);
            rest = rest[(at + close + 1)..];
        }

        filled = result.Append(rest).ToString();
        return true;
    }

    [GeneratedRegex(@"^([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{).)*))?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Variable();
}
