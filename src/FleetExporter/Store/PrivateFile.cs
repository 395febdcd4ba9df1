namespace FleetExporter.Store;

/// <summary>Files for their owner alone, from the moment they exist.</summary>
internal static class PrivateFile
{
    /// <param name="mode">CreateNew fails where there is anything, a dangling link included.</param>
    /// <param name="share">None keeps other programs of this kind out while it is open.</param>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
