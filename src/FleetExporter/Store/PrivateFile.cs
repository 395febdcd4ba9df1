using System.Text;

namespace FleetExporter.Store;

/// <summary>Files for their owner alone, from the moment they exist.</summary>
internal static class PrivateFile
{
    /// <summary>How long another program that makes the file is waited for.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

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

    /// <summary>Reads a file of one line, or makes it when there is none or it is empty.</summary>
    /// <param name="make">The line.</param>
    /// <returns>The line, and whether this call made it.</returns>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static (string Line, bool Made) ReadOrMake(string path, Func<string> make)
    {
        (string Line, bool Made)? opened = null;
        bool IsOpen()
        {
            try
            {
                opened = ReadOrMakeAlone(path, make);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        return SpinWait.SpinUntil(IsOpen, Timeout) ? opened!.Value : ReadOrMakeAlone(path, make);
    }

    /// <exception cref="IOException">Another start is making it just now; or as above.</exception>
    private static (string Line, bool Made) ReadOrMakeAlone(string path, Func<string> make)
    {
        var made = new FileInfo(path) is { Exists: true, Length: > 0 } ? null : TryMake(path, make);
        return (made ?? File.ReadAllText(path).TrimEnd('\r', '\n'), made is not null);
    }

    /// <summary>
    /// Of several that start at once one has the file to itself and writes it, in one piece; the others wait for that. Whoever dies here leaves it
    /// empty, and the next writes it.
    /// </summary>
    /// <returns>The line, if it was this one.</returns>
    private static string? TryMake(string path, Func<string> make)
    {
        using var file = Open(path, FileMode.OpenOrCreate, FileShare.None);
        if (file.Length > 0)
        {
            return null;
        }

        var line = make();
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
        return line;
    }
}
