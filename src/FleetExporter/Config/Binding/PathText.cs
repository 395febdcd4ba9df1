using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config.Binding;

/// <summary>Resolves paths: <c>~</c> is the home directory, relative paths are resolved against the folder of fleet.yml.</summary>
internal static class PathText
{
    public static bool TryRead(Field field, [NotNullWhen(true)] out string? path)
    {
        path = null;
        return field.TryText("a path", out var text) && TryResolve(field, text, out path);
    }

    /// <summary>Accepts <c>none</c> for no file.</summary>
    /// <returns>True with an empty path for <c>none</c>.</returns>
    public static bool TryReadOrNone(Field field, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (!field.TryText("a path or none", out var text))
        {
            return false;
        }

        if (text == "none")
        {
            path = "";
            return true;
        }

        return TryResolve(field, text, out path);
    }

    private static bool TryResolve(Field field, string text, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (text.Length == 0 || text.Any(char.IsControl))
        {
            return field.FailValue(text, "is not a valid path; give one that is not empty and has no control characters");
        }

        if (field.Binder.Api is { } rules)
        {
            path = rules.AllowsFile(text) ? text : null;
            return path is not null || field.Fail(
                $"give the absolute path of a readable file in a folder of secret_dirs: {string.Join(" or ", rules.SecretFolders)}");
        }

        if (text[0] == '~')
        {
            if (text.Length > 1 && text[1] != '/')
            {
                return field.FailValue(text, "refers to the home directory of another user; give an absolute path");
            }

            text = Home(field.Binder.Env) + text[1..];
        }

        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(text, field.Binder.Folder));
        return true;
    }

    private static string Home(Func<string, string?> env) =>
        env("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
