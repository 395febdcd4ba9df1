namespace FleetExporter.Tests;

/// <summary>Files of the repository that tests check.</summary>
internal static class Repository
{
    private static readonly string Root = Find(AppContext.BaseDirectory);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "FleetExporter.slnx")) ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("FleetExporter.slnx is in no folder above the tests"));
}
