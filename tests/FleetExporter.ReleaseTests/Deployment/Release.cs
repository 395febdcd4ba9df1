namespace FleetExporter.ReleaseTests.Deployment;

/// <summary>What a user installs: a tarball with the self-contained program and the unit.</summary>
internal static class Release
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromMinutes(8);

    /// <summary>Publishes the program, which takes seconds if the source has not changed, and returns the path of the tarball.</summary>
    public static async Task<string> TarballAsync(TestFolder folder)
    {
        var artifacts = Repository.PathOf("artifacts", "release");
        var program = Path.Combine(artifacts, "fleet-exporter");

        // Paths of its own: the lock files of the source list no runtime identifier.
        string[] publish =
        [
            "publish", Repository.PathOf("src", "FleetExporter"), "-c", "Release", "-r", "linux-x64", "--self-contained", "-o", program,
            "-p:PublishSingleFile=true", "-p:RunAnalyzers=false", "-p:DebugType=none", "--artifacts-path", Path.Combine(artifacts, "build"),
            $"-p:NuGetLockFilePath={Path.Combine(artifacts, "packages.lock.json")}", "--nologo", "-v", "quiet",
        ];
        await using var child = Child.Start("dotnet", publish, Repository.Root);
        Assert.True(await child.EndAsync(PublishTimeout) == 0, child.Output);
        File.Copy(Repository.PathOf("config", "fleet-exporter.service"), Path.Combine(program, "fleet-exporter.service"), overwrite: true);
        var tarball = folder.PathOf("fleet-exporter.tar");
        await Tool.RunAsync("tar", "-C", artifacts, "-cf", tarball, "fleet-exporter");
        return tarball;
    }
}
