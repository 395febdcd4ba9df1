namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Where the repository's files are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The service as it was built with these tests, or the executable that <c>FLEET_EXPORTER</c> names.</summary>
    public static string Service { get; } = Environment.GetEnvironmentVariable("FLEET_EXPORTER") is { Length: > 0 } given ? given : Path.Combine(
        Root, "src", "FleetExporter", "bin", Configuration(), "net10.0", "fleet-exporter");

    public static string PathOf(params string[] parts) => Path.Combine([Find(AppContext.BaseDirectory), .. parts]);

    /// <summary>The program that writes to a store until it is killed.</summary>
    public static string StoreWriter { get; } = Path.Combine(
        Find(AppContext.BaseDirectory), "tests", "FleetExporter.StoreWriter", "bin", Configuration(), "net10.0", "store-writer");

    public static string Fixture(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Fixtures", .. parts]);

    // bin/Debug/net10.0/
    private static string Configuration() => Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "FleetExporter.slnx")) ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("FleetExporter.slnx is in no folder above the tests"));
}
