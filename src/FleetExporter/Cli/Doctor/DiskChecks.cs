using System.Globalization;

namespace FleetExporter.Cli.Doctor;

/// <summary>Free space and inodes where the data folder is.</summary>
internal static class DiskChecks
{
    private const long MinFree = 100L << 20;

    private const long LowFree = 1L << 30;

    private const int LowInodesPercent = 5;

    /// <param name="folder">The data folder, or what exists above it.</param>
    /// <param name="df">Output of <c>df -Pi FOLDER</c>; null without.</param>
    public static IEnumerable<Finding> Run(string folder, long freeBytes, string? df)
    {
        var free = string.Create(CultureInfo.InvariantCulture, $"{freeBytes / 1048576.0:0} MiB free at {folder}");
        yield return freeBytes < MinFree ? Finding.Failed("disk space", free, "Free some space: a full disk stops the store and the audit.")
            : freeBytes < LowFree ? Finding.Warning("disk space", free, "Free some space: the store needs up to a few hundred MiB.")
            : Finding.Ok("disk space", free);

        // Filesystem Inodes IUsed IFree IUse% Mounted-on; btrfs and others report 0 inodes.
        var words = df?.Split('\n').LastOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length < 6 || !long.TryParse(words[1], CultureInfo.InvariantCulture, out var inodes)
            || !long.TryParse(words[3], CultureInfo.InvariantCulture, out var left) || inodes <= 0)
        {
            yield return Finding.Skipped("inodes", "not reported by the file system");
            yield break;
        }

        var percent = 100.0 * left / inodes;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{left} free ({percent:0} %)");
        yield return left == 0 ? Finding.Failed("inodes", detail, "Remove files: no new file can be created.")
            : percent < LowInodesPercent ? Finding.Warning("inodes", detail, "Remove files: soon no new file can be created.")
            : Finding.Ok("inodes", detail);
    }
}
