namespace FleetExporter.Config;

/// <summary>Whether a private key lies where the API may take keys from.</summary>
internal static class KeyFolder
{
    /// <summary>As many links as the kernel follows.</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// True for a file that can be read and, all links followed, lies below one of the folders.
    /// It does not tell what else is wrong: a caller must not learn which files there are.
    /// </summary>
    /// <param name="path">As given. ssh expands <c>%</c>, <c>$</c> and <c>~</c> in it, so a path with one of them is refused.</param>
    /// <param name="folders">Absolute.</param>
    public static bool Holds(string path, IReadOnlyList<string> folders)
    {
        if (!path.StartsWith('/') || path.Length > 4096 || path.Any(c => c is '%' or '$' or '~' or '"' || char.IsControl(c)))
        {
            return false;
        }

        try
        {
            var real = Real(path);
            if (!folders.Any(folder => Real(folder) is var root && real.StartsWith(root == "/" ? root : root + "/", StringComparison.Ordinal)))
            {
                return false;
            }

            // A pipe or a device has no length, and would hold up who opens it.
            if (new FileInfo(real) is not { Exists: true, Length: > 0 })
            {
                return false;
            }

            using var file = File.OpenHandle(real);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The path without links, <c>.</c> and <c>..</c>, each taken where it stands, as the kernel does.</summary>
    /// <exception cref="IOException">The links go in circles.</exception>
    private static string Real(string path)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var real = "";
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                real = real.LastIndexOf('/') is > 0 and var up ? real[..up] : "";
                continue;
            }

            if (new FileInfo($"{real}/{part}").LinkTarget is not { } target)
            {
                real = $"{real}/{part}";
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException("too many links");
            }

            real = target.StartsWith('/') ? "" : real;
            foreach (var piece in target.Split('/').Reverse())
            {
                rest.Push(piece);
            }
        }

        return real.Length == 0 ? "/" : real;
    }
}
