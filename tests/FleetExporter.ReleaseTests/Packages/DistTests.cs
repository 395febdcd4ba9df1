using System.IO.Compression;
using System.Text.Json.Nodes;

namespace FleetExporter.ReleaseTests.Packages;

/// <summary>What <c>make dist</c> leaves in artifacts/dist.</summary>
public sealed class DistTests
{
    private const long MaxExecutableBytes = 60_000_000;

    private static readonly string[] Rids = ["linux-x64", "linux-arm64"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_release_has_archives_packages_sbom_and_checksums()
    {
        var dist = await Dist.GetAsync();
        var version = Dist.Version;
        string[] expected =
        [
            "SHA256SUMS", $"fleet-exporter-{version}-linux-arm64.tar.gz", $"fleet-exporter-{version}-linux-x64.tar.gz",
            $"fleet-exporter-{version}-win-x64.zip", $"fleet-exporter-{version}.cdx.json", $"fleet-exporter-monitoring-{version}.tar.gz",
            $"fleet-exporter-monitoring_{version}_all.deb", $"fleet-exporter_{version}_amd64.deb", $"fleet-exporter_{version}_arm64.deb",
        ];

        Assert.Equal(expected, Directory.GetFiles(dist.Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        await Tool.RunAsync("sh", "-c", $"cd '{dist.Folder}' && sha256sum --check --strict SHA256SUMS");
        Assert.All(Rids, rid => Assert.InRange(new FileInfo(dist.Executable(rid)).Length, 1_000_000, MaxExecutableBytes));
        Assert.InRange(new FileInfo(dist.Executable("win-x64") + ".exe").Length, 1_000_000, MaxExecutableBytes);
    }

    [Fact]
    public async Task An_archive_has_all_that_an_installation_without_packages_needs()
    {
        var dist = await Dist.GetAsync();
        var folder = $"fleet-exporter-{Dist.Version}-linux-x64";

        var files = (await Tool.RunAsync("tar", "-tzf", dist[$"{folder}.tar.gz"])).Trimmed.Split('\n');
        await using var zip = await ZipFile.OpenReadAsync(dist[$"fleet-exporter-{Dist.Version}-win-x64.zip"], Stop);

        string[] expected =
        [
            "LICENSE", "README.md", "THIRD-PARTY-NOTICES.txt", "completions/fleet-exporter.bash", "completions/fleet-exporter.fish",
            "completions/fleet-exporter.zsh", "examples/local-tmux.conf", "examples/tmux-users.conf", "fleet-exporter",
            "fleet-exporter-agent.service", "fleet-exporter.1", "fleet-exporter.service", "fleet.example.yml",
        ];
        Assert.Equal(expected, files.Where(f => !f.EndsWith('/')).Select(f => f[(folder.Length + 1)..]).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["LICENSE", "README.md", "THIRD-PARTY-NOTICES.txt", "fleet-exporter.exe", "fleet.example.yml", "install-agent.ps1"],
            zip.Entries.Where(e => e.Name.Length > 0).Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_sbom_names_every_package_and_dotnet()
    {
        var dist = await Dist.GetAsync();
        var sbom = JsonNode.Parse(await File.ReadAllTextAsync(dist[$"fleet-exporter-{Dist.Version}.cdx.json"], Stop))!;
        var locked = JsonNode.Parse(await File.ReadAllTextAsync(Repository.PathOf("src", "FleetExporter", "packages.lock.json"), Stop))!;
        var names = sbom.List("components").Select(c => c.Text("name")!).ToHashSet();

        Assert.Contains("Microsoft.NETCore.App.Runtime.linux-x64", names);
        Assert.Contains("Microsoft.AspNetCore.App.Runtime.linux-x64", names);
        var packages = locked["dependencies"]!["net10.0"]!.AsObject().Where(p => p.Key != "Microsoft.CodeAnalysis.BannedApiAnalyzers").ToList();
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Contains(package.Key, names));
    }

    [Fact]
    public async Task Lintian_finds_no_errors()
    {
        var dist = await Dist.GetAsync();

        var found = await Tool.TryAsync("lintian", ["--allow-root", "--fail-on=error", .. Directory.GetFiles(dist.Folder, "*.deb")]);

        Assert.True(found.Exit == 0, found.Output + found.Error);
    }
}
