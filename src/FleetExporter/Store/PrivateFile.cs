using System.Text;

namespace FleetExporter.Store;

/// <summary>Creates files that only their owner can access.</summary>
internal static class PrivateFile
{
    /// <summary>How long to wait for another process that creates the file.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <param name="mode">CreateNew fails if the path exists, even as a dangling link.</param>
    /// <param name="share">None excludes other .NET processes while it is open.</param>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Reads a file of one line, or creates it if missing or empty.</summary>
    /// <param name="createLine">The line.</param>
    /// <returns>The line, and whether this call created the file.</returns>
    /// <exception cref="IOException">Neither reading nor creating it is possible.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static (string Line, bool Created) ReadOrCreate(string path, Func<string> createLine)
    {
        CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        (string Line, bool Created)? opened = null;
        bool IsOpen()
        {
            try
            {
                opened = ReadOrCreateOnce(path, createLine);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        return SpinWait.SpinUntil(IsOpen, Timeout) ? opened!.Value : ReadOrCreateOnce(path, createLine);
    }

    /// <summary>Creates a folder, and missing ones above it, that only the owner can access.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <exception cref="IOException">Another process is creating it; or as above.</exception>
    private static (string Line, bool Created) ReadOrCreateOnce(string path, Func<string> createLine)
    {
        var created = new FileInfo(path) is { Exists: true, Length: > 0 } ? null : TryCreate(path, createLine);
        return (created ?? File.ReadAllText(path).TrimEnd('\r', '\n'), created is not null);
    }

    /// <summary>
    /// One of several concurrent processes locks the file and writes it; the others wait. A crash here leaves it empty, and the next process
    /// writes it.
    /// </summary>
    /// <returns>The line, if this call wrote it.</returns>
    private static string? TryCreate(string path, Func<string> createLine)
    {
        using var file = Open(path, FileMode.OpenOrCreate, FileShare.None);
        if (file.Length > 0)
        {
            return null;
        }

        var line = createLine();
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
        return line;
    }
}
