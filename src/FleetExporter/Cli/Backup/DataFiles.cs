using FleetExporter.Store;

namespace FleetExporter.Cli.Backup;

/// <summary>
/// Which files of the data folder a backup contains: all but the store, which SQLite copies, and what belongs to a running exporter.
/// </summary>
internal static class DataFiles
{
    /// <summary>Prefix of folders that hold what a restore replaced.</summary>
    public const string Replaced = "before-restore-";

    /// <summary>Prefix of the folder into which a restore unpacks.</summary>
    public const string Staging = ".restore-";

    private const int MaxDepth = 16;

    /// <summary>Folders of the running exporter, and of what <c>make up</c> and compose start beside it.</summary>
    private static readonly string[] OmittedFolders = ["login-links", "log", "run", "prometheus", "alertmanager", "compose"];

    /// <summary>Relative paths with slashes, in order; links are left out.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static IEnumerable<string> In(string dataDir) => Below(new DirectoryInfo(dataDir), "", MaxDepth);

    /// <param name="path">Relative to the data folder, with slashes.</param>
    public static bool Includes(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? path is not (DataFolderLock.Name or "address") && !path.StartsWith("address.", StringComparison.Ordinal)
                && !path.StartsWith(SqliteFile.Name + "-", StringComparison.Ordinal)
            : path[..slash] is var folder && !OmittedFolders.Contains(folder)
                && !folder.StartsWith(Replaced, StringComparison.Ordinal) && !folder.StartsWith(Staging, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Below(DirectoryInfo folder, string prefix, int depth)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => e.LinkTarget is null).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = prefix + entry.Name;
            if (entry is DirectoryInfo below)
            {
                foreach (var file in depth > 0 && Includes($"{path}/") ? Below(below, $"{path}/", depth - 1) : [])
                {
                    yield return file;
                }
            }
            else if (Includes(path) && path != SqliteFile.Name)
            {
                yield return path;
            }
        }
    }
}
