namespace FleetExporter.ReleaseTests;

/// <summary>A copy of the source with one more host collector and one more kind of target: three files and a line in the catalogue each.</summary>
public sealed class ExtendedSource : IAsyncLifetime
{
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(6);

    private readonly TestFolder _folder = new();

    internal TestFolder Folder => _folder;

    internal string Program => PathOf("src", "FleetExporter", "bin", "Debug", "net10.0", "fleet-exporter");

    public string PathOf(params string[] parts) => _folder.PathOf(["source", .. parts]);

    public async ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Repository.Root).Where(f => Path.GetExtension(f) is ".props" or ".txt" or ".slnx" or ".json"))
        {
            Copy(file);
        }

        Copy(Repository.PathOf(".editorconfig"));
        foreach (var folder in new[] { "src", "docs", "bench", Path.Combine("tests", "FleetExporter.Tests") })
        {
            CopyFolder(Repository.PathOf(folder), PathOf(folder));
        }

        CopyFolder(Path.Combine(AppContext.BaseDirectory, "Template"), PathOf("src", "FleetExporter"));
        AddLine(["Collectors", "CollectorCatalog.cs"], "        new XidCollector(),", "        new EntropyCollector(),");
        AddLine(
            ["Polling", "Targets", "TargetCatalog.cs"], "        new TunnelCollector(),", "        new FleetExporter.Targets.Ports.PortCollector(),");
        await RunAsync("dotnet", BuildTimeout, "build", PathOf("tests", "FleetExporter.Tests"), "--nologo", "-v", "quiet");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a program to its end; it must exit with 0.</summary>
    internal async Task<string> RunAsync(string program, TimeSpan limit, params string[] arguments)
    {
        await using var child = Child.Start(
            program, arguments, _folder.Path, new Dictionary<string, string?> { ["UPDATE_EXPECTED"] = "1", ["HOME"] = null });
        var exit = await child.EndAsync(limit);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)} exited with {exit}:\n{child.Output}");
        return child.Output;
    }

    private void Copy(string file)
    {
        var target = PathOf(Path.GetRelativePath(Repository.Root, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.GetDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private void AddLine(string[] file, string after, string line)
    {
        var path = PathOf(["src", "FleetExporter", .. file]);
        var text = File.ReadAllText(path);
        Assert.Contains(after, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(after, $"{after}\n{line}", StringComparison.Ordinal));
    }
}
