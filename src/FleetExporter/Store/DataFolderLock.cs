namespace FleetExporter.Store;

/// <summary><c>data_dir/lock</c>: shared by the exporters that use the folder, exclusive while a backup is restored into it.</summary>
internal sealed class DataFolderLock(string dataDir) : IDisposable
{
    public const string Name = "lock";

    private const int LinuxWouldBlock = 11;

    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    private FileStream? _file;

    /// <summary>Takes a shared lock until disposal. A folder that cannot be written gets none: nothing can be restored into it.</summary>
    /// <exception cref="IOException">The folder is being restored.</exception>
    public void Share()
    {
        try
        {
            PrivateFile.CreateFolder(dataDir);
            _file = Open(FileShare.ReadWrite);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new IOException($"a backup is being restored into {dataDir}; start again when that is done", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever needs the folder reports it.
        }
    }

    /// <summary>Takes the exclusive lock until disposal.</summary>
    /// <returns>False if an exporter uses the folder.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool TryTake()
    {
        try
        {
            _file = Open(FileShare.None);
            return true;
        }
        catch (IOException e) when (IsHeld(e))
        {
            return false;
        }
    }

    public void Dispose() => _file?.Dispose();

    private FileStream Open(FileShare share) => PrivateFile.Open(Path.Combine(dataDir, Name), FileMode.OpenOrCreate, share);

    private static bool IsHeld(IOException e) => e.HResult is LinuxWouldBlock or WindowsSharingViolation;
}
