using FleetExporter.Cli.Doctor;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Tests.Cli.Doctor;

/// <summary>The checks of permissions.</summary>
public sealed class FileChecksTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public FileChecksTests()
    {
        Directory.CreateDirectory(_folder.PathOf("data"), Private | UnixFileMode.UserExecute);
        foreach (var file in new[] { "data/admin.key", "data/instance", "ssh.key", "token", "provider.key", "data/known_hosts" })
        {
            File.SetUnixFileMode(_folder.Write(file, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), Private);
        }

        File.SetUnixFileMode(_folder.Write(
            "fleet.yml",
            "ssh: { key_file: ssh.key }\nhosts: [{ name: a, address: a.lan }]\nprometheus: { token_file: token }\n"
            + "providers: [{ name: p, kind: openai, url: 'http://p:1', key_file: provider.key }]\n"),
            Private | UnixFileMode.OtherRead);
    }

    [Fact]
    public void Private_files_are_ok()
    {
        File.SetUnixFileMode(_folder.PathOf("data/known_hosts"), Private | UnixFileMode.OtherRead);

        Assert.All(Check(), f => Assert.True(f is { Status: FindingStatus.Ok, Fix: null }, f.ToString()));
        Assert.Equal(
            ["fleet.yml", "data_dir", "admin key", "files of data_dir", "ssh key", "prometheus.token_file", "key_file of p"],
            Check().Select(f => f.Subject));
        Assert.DoesNotContain(Directory.GetFiles(_folder.PathOf("data")), f => f.Contains(".doctor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fleet.yml", UnixFileMode.OtherWrite, FindingStatus.Failed, "fleet.yml", "chmod go-w ")]
    [InlineData("fleet.yml", UnixFileMode.GroupWrite, FindingStatus.Failed, "fleet.yml", "chmod go-w ")]
    [InlineData("data", UnixFileMode.OtherExecute, FindingStatus.Warning, "data_dir", "chmod 700 ")]
    [InlineData("data/admin.key", UnixFileMode.GroupRead, FindingStatus.Failed, "admin key", "chmod 600 ")]
    [InlineData("data/instance", UnixFileMode.OtherRead, FindingStatus.Warning, "files of data_dir", "chmod go-rwx ")]
    [InlineData("ssh.key", UnixFileMode.OtherRead, FindingStatus.Failed, "ssh key", "chmod 600 ")]
    [InlineData("token", UnixFileMode.GroupRead, FindingStatus.Failed, "prometheus.token_file", "chmod 600 ")]
    [InlineData("provider.key", UnixFileMode.GroupRead, FindingStatus.Failed, "key_file of p", "chmod 600 ")]
    public void What_others_can_access_is_found(string file, UnixFileMode mode, FindingStatus status, string subject, string fix)
    {
        File.SetUnixFileMode(_folder.PathOf(file), File.GetUnixFileMode(_folder.PathOf(file)) | mode);

        var found = Check().Single(f => f.Status != FindingStatus.Ok);

        Assert.Equal((status, subject), (found.Status, found.Subject));
        Assert.StartsWith(fix + _folder.PathOf(file), found.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data/admin.key", FindingStatus.Warning, "admin key")]
    [InlineData("ssh.key", FindingStatus.Failed, "ssh key")]
    [InlineData("token", FindingStatus.Failed, "prometheus.token_file")]
    public void What_is_missing_is_found(string file, FindingStatus status, string subject)
    {
        File.Delete(_folder.PathOf(file));

        var found = Check().Single(f => f.Status != FindingStatus.Ok);

        Assert.Equal((status, subject), (found.Status, found.Subject));
    }

    [Fact]
    public void A_missing_data_folder_is_a_warning()
    {
        Directory.Delete(_folder.PathOf("data"), recursive: true);

        Assert.Equal(FindingStatus.Warning, Check().Single(f => f.Subject == "data_dir").Status);
        Assert.False(Directory.Exists(_folder.PathOf("data")));
    }

    public void Dispose() => _folder.Dispose();

    private List<Finding> Check() =>
        [.. new FileChecks(ConfigFile.Load(_folder.PathOf("fleet.yml"), TargetCatalog.Kinds, _ => null).Config!).Run()];
}
