using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config.Binding;

/// <summary>A key as the command line takes it; the rules are those of the file.</summary>
internal static class AccessKeyText
{
    public static IReadOnlyList<string> ScopesOf(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Reads <c>NAME:SCOPES:HASH</c>, such as <c>prometheus:read:sha256:…</c>.</summary>
    /// <param name="error">What is wrong, as a sentence without its end.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AccessKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        if (text.Split(':', 3) is not [var name, var scopes, var hashText])
        {
            error = $"{Shown.Quote(text)} is not a key; give NAME:SCOPES:HASH";
            return false;
        }

        error = NameError(name) ?? ScopesError(scopes);
        if (error is not null)
        {
            return false;
        }

        if (!KeyHash.TryParse(hashText, out var hash, out var wrong))
        {
            error = $"the hash of {Shown.Quote(name)} {wrong}";
            return false;
        }

        key = new AccessKey { Name = name, Hash = hash, Scopes = [.. ScopesOf(scopes).Select(ScopeOf)] };
        return true;
    }

    /// <returns>Null when it will do.</returns>
    public static string? NameError(string name) =>
        name is AccessKey.Admin or AccessKey.Anonymous ? $"the name '{name}' is taken by the service itself; give another"
        : Kinds.IsHostName(name) ? null
        : $"{Shown.Quote(name)} is not a name; give {Kinds.HostName.Range.Replace("`", "", StringComparison.Ordinal)}";

    /// <returns>Null when they will do.</returns>
    public static string? ScopesError(string text)
    {
        var scopes = ScopesOf(text);
        return scopes.FirstOrDefault(scope => !Scopes.Words.Contains(scope)) is { } unknown
            ? $"{Shown.Quote(unknown)} is not a scope; give {string.Join(", ", Scopes.Words)}"
            : scopes.Distinct().Count() < scopes.Count ? "a scope is there twice; give it once" : null;
    }

    private static Scope ScopeOf(string word) => Enum.GetValues<Scope>().Single(scope => scope.Word() == word);
}
