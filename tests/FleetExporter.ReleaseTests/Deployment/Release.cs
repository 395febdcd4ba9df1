using FleetExporter.ReleaseTests.Packages;

namespace FleetExporter.ReleaseTests.Deployment;

/// <summary>The tarball that a user installs without packages.</summary>
internal static class Release
{
    public static async Task<string> TarballAsync() => (await Dist.GetAsync())[$"fleet-exporter-{Dist.Version}-linux-x64.tar.gz"];
}
