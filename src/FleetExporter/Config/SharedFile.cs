namespace FleetExporter.Config;

/// <summary>Files that other programs may edit while they are open.</summary>
internal static class SharedFile
{
    /// <summary>Opens the file without a lock, so that editors can write, replace and delete it.</summary>
    public static FileStream OpenRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
