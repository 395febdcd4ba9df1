using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config.Binding;

/// <summary>Parses keys of the command line; the rules of fleet.yml apply.</summary>
internal static class AccessKeyText
{
    public static IReadOnlyList<string> ScopesOf(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Parses <c>NAME:SCOPES:HASH</c>, such as <c>prometheus:read:sha256:…</c>.</summary>
    /// <param name="error">Error message without a final period.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AccessKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        if (text.Split(':', 3) is not [var name, var scopes, var hashText])
        {
            error = $"{ErrorText.Quote(text)} is not a key; give NAME:SCOPES:HASH";
            return false;
        }

        error = NameError(name) ?? ScopesError(scopes);
        if (error is not null)
        {
            return false;
        }

        if (!KeyHash.TryParse(hashText, out var hash, out var wrong))
        {
            error = $"the hash of {ErrorText.Quote(name)} {wrong}";
            return false;
        }

        key = new AccessKey { Name = name, Hash = hash, Scopes = [.. ScopesOf(scopes).Select(ScopeOf)] };
        return true;
    }

    /// <returns>Null when the name is valid.</returns>
    public static string? NameError(string name) =>
        name is AccessKey.Admin or AccessKey.Anonymous ? $"the name '{name}' is reserved; choose another"
        : Kinds.IsHostName(name) ? null
        : $"{ErrorText.Quote(name)} is not a valid name; give {Kinds.HostName.Range.Replace("`", "", StringComparison.Ordinal)}";

    /// <returns>Null when all scopes are valid.</returns>
    public static string? ScopesError(string text)
    {
        var scopes = ScopesOf(text);
        return scopes.FirstOrDefault(scope => !Scopes.Words.Contains(scope)) is { } unknown
            ? $"{ErrorText.Quote(unknown)} is not a scope; give {string.Join(", ", Scopes.Words)}"
            : scopes.Distinct().Count() < scopes.Count ? "duplicate scope; give each scope once" : null;
    }

    private static Scope ScopeOf(string word) => Enum.GetValues<Scope>().Single(scope => scope.Word() == word);
}
