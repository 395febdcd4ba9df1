using FleetExporter.Onboarding.Keys;

namespace FleetExporter.Tests.Onboarding;

public sealed class InstallCommandTests : IDisposable
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB+/= fleet-exporter-lab";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sh")]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox")]
    public void It_adds_the_key_once_with_the_rights_that_sshd_demands(string shell)
    {
        var home = Directory.CreateDirectory(_folder.PathOf("my home")).FullName;
        for (var n = 0; n < 2; n++)
        {
            Assert.Equal(0, Run(shell, home));
        }

        var file = Path.Combine(home, ".ssh", "authorized_keys");
        Assert.Equal(Key + "\n", File.ReadAllText(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(home, ".ssh")));

        File.WriteAllText(file, "# without a newline");
        Assert.Equal(0, Run(shell, home));
        Assert.Equal($"# without a newline\n{Key}\n", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAA '; id'")]
    [InlineData("ssh-ed25519 AAAA $(id)")]
    [InlineData("ssh-ed25519 AAAA\nx")]
    public void A_key_that_needs_quotes_is_refused(string key) => Assert.Throws<ArgumentException>(() => InstallCommand.Of(key));

    [Fact]
    public void It_is_one_line() => Assert.DoesNotContain('\n', InstallCommand.Of(Key));

    private static int Run(string shell, string home)
    {
        var start = new System.Diagnostics.ProcessStartInfo(shell) { UseShellExecute = false };
        foreach (var argument in shell == "busybox" ? new[] { "sh", "-c" } : ["-c"])
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(InstallCommand.Of(Key));
        start.Environment["HOME"] = home;
        using var process = System.Diagnostics.Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
