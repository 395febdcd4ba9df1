namespace FleetExporter.Config;

/// <summary>Files that others may edit while they are read.</summary>
internal static class SharedFile
{
    /// <summary>Opens the file without a lock: editors can write, replace and delete it meanwhile.</summary>
    public static FileStream OpenRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
