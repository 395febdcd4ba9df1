namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A temporary folder that every user may enter, removed by disposal. Its path is short, because it contains control sockets.</summary>
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
            // A process that is being killed may still write there: delete again.
            Directory.Delete(Path, recursive: true);
        }
    }
}
