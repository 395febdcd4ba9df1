using FleetExporter.Config;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class SshClientChoiceTests
{
    private static readonly SshConfig Config = new() { KnownHosts = "/none" };

    [Theory]
    [InlineData("auto", false, false, false, true)]
    [InlineData("auto", false, false, true, false)]
    [InlineData("auto", true, false, false, false)]
    [InlineData("auto", true, true, true, false)]
    [InlineData("auto", false, true, true, true)]
    [InlineData("builtin", true, false, true, true)]
    [InlineData("openssh", false, true, false, false)]
    public void OpenSSH_is_chosen_only_if_required(string client, bool configFile, bool keyFile, bool agent, bool isBuiltin)
    {
        using var folder = new TemporaryFolder();
        var key = Write(folder, "key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
        var config = Config with
        {
            Client = client switch { "builtin" => SshClientKind.Builtin, "openssh" => SshClientKind.OpenSsh, _ => SshClientKind.Auto },
            ConfigFile = configFile ? "/etc/ssh/ssh_config" : null,
            KeyFile = keyFile ? key : null,
        };

        var choice = SshClientChoice.Of(config, Environment(agent));

        Assert.Equal(isBuiltin, choice.IsBuiltin);
        Assert.NotEqual("", choice.Reason);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_key_with_a_passphrase_or_only_in_the_agent_needs_the_agent(bool agent, bool isBuiltin)
    {
        using var folder = new TemporaryFolder();
        var locked = Write(folder, "locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n");
        folder.Write("away.pub", "ssh-ed25519 AAAA");

        Assert.Equal(isBuiltin, SshClientChoice.Of(Config with { KeyFile = locked }, Environment(agent)).IsBuiltin);
        Assert.Equal(isBuiltin, SshClientChoice.Of(Config with { KeyFile = folder.PathOf("away") }, Environment(agent)).IsBuiltin);
        Assert.True(SshClientChoice.Of(Config with { KeyFile = folder.PathOf("missing") }, Environment(agent)).IsBuiltin);
    }

    [Fact]
    public void OpenSSH_is_found_on_the_PATH()
    {
        using var folder = new TemporaryFolder();
        Assert.False(SshClientChoice.HasOpenSsh(_ => null));
        Assert.False(SshClientChoice.HasOpenSsh(_ => $":{folder.Path}:/none"));
        folder.Write("ssh", "");
        Assert.True(SshClientChoice.HasOpenSsh(_ => $":/none:{folder.Path}"));
    }

    private static string Write(TemporaryFolder folder, string name, string text)
    {
        var path = folder.Write(name, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static Func<string, string?> Environment(bool agent) => name => agent && name == "SSH_AUTH_SOCK" ? "/run/agent" : null;
}
