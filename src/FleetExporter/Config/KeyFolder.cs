namespace FleetExporter.Config;

/// <summary>Restricts the files that the API can name, private keys and secrets of targets, to configured folders.</summary>
internal static class KeyFolder
{
    /// <summary>Limit of symbolic links, as in the kernel.</summary>
    private const int MaxLinks = 40;

    /// <summary>
    /// True for a readable file that, with links resolved, is below one of the folders.
    /// Gives no reason for a rejection: callers must not learn which files exist.
    /// </summary>
    /// <param name="path">As given. Paths with <c>%</c>, <c>$</c> or <c>~</c> are rejected, because ssh expands them.</param>
    /// <param name="folders">Absolute.</param>
    public static bool Allows(string path, IReadOnlyList<string> folders)
    {
        if (!IsInside(path, folders))
        {
            return false;
        }

        try
        {
            // Opening a pipe or a device, which have no length, could block.
            var real = ResolveLinks(path);
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

    /// <summary>As <see cref="Allows"/>, for a file that need not exist.</summary>
    public static bool IsInside(string path, IReadOnlyList<string> folders)
    {
        if (!path.StartsWith('/') || path.Length > 4096 || path.Any(c => c is '%' or '$' or '~' or '"' || char.IsControl(c)))
        {
            return false;
        }

        try
        {
            var real = ResolveLinks(path);
            return folders.Any(f => ResolveLinks(f) is var root && real.StartsWith(root == "/" ? root : root + "/", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Resolves links, <c>.</c> and <c>..</c> from left to right, as the kernel does.</summary>
    /// <exception cref="IOException">Too many links, or a cycle.</exception>
    private static string ResolveLinks(string path)
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

            if (++links > MaxLinks)
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
