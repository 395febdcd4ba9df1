namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A folder of a test's own that every user may enter, gone with the test. Its path is short: control sockets lie below it.</summary>
internal sealed class TestFolder : IDisposable
{
    private const UnixFileMode ForAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("fx-").FullName;
        File.SetUnixFileMode(Path, ForAll);
    }

    public string Path { get; }

    public string PathOf(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Make(params string[] parts) => Directory.CreateDirectory(PathOf(parts), ForAll).FullName;

    /// <summary>Writes a file of the folder and returns its path.</summary>
    public string Write(string name, string text, bool executable = false)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, ForAll);
        File.WriteAllText(path, text);
        if (executable)
        {
            File.SetUnixFileMode(path, ForAll);
        }

        return path;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that has just been killed may still have written there; the second time it is gone.
            Directory.Delete(Path, recursive: true);
        }
    }
}
