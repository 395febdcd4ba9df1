using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote;

/// <summary>Parses recorded output of ssh (Fixtures/ssh).</summary>
public sealed class SshErrorsTests
{
    private static readonly SshConfig Config = new() { KnownHosts = "/data/known_hosts", User = "fleet", KeyFile = "/keys/id" };
    private static readonly HostAddress Address = new("127.0.0.1", 2291);

    [Theory]
    [InlineData("dns", SshFailure.Dns, "ssh: Could not resolve hostname no-such-host.invalid: Name or service not known")]
    [InlineData("refused", SshFailure.Refused, "ssh: connect to host 127.0.0.1 port 2299: Connection refused")]
    [InlineData("no-route", SshFailure.Unreachable, "ssh: connect to host 2001:db8::1 port 22: No route to host")]
    [InlineData("no-network", SshFailure.Unreachable, "ssh: connect to host ff02::1 port 22: Network is unreachable")]
    [InlineData("timeout", SshFailure.Timeout, "ssh: connect to host 127.0.0.1 port 2307: Connection timed out")]
    [InlineData("too-many", SshFailure.Auth, "Too many authentication failures")]
    [InlineData("banner-http", SshFailure.Banner, "Connection closed by 127.0.0.1 port 2301")]
    [InlineData("banner-closed", SshFailure.Banner, "Connection reset by 127.0.0.1 port 2302")]
    [InlineData("banner-reset", SshFailure.Banner, "Connection reset by 127.0.0.1 port 2303")]
    [InlineData("banner-silent", SshFailure.Timeout, "Connection to 127.0.0.1 port 2304 timed out")]
    [InlineData("banner-old", SshFailure.Banner, "could not read protocol version")]
    [InlineData("negotiate", SshFailure.Banner, "no matching key exchange method found")]
    [InlineData("shell-exit", SshFailure.Shell, "logged in, but `exec sh -s` did not start the sampler")]
    [InlineData("ok", SshFailure.Shell, "logged in, but `exec sh -s` did not start the sampler")]
    [InlineData("accept-new", SshFailure.Shell, "logged in, but `exec sh -s` did not start the sampler")]
    public void Before_hello_the_reason_comes_from_the_output_of_ssh(string file, SshFailure reason, string said)
    {
        var failure = SshErrors.Explain(Recorded(file), helloReceived: false, Address, Config);

        Assert.Equal(reason, failure.Reason);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("debug1", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("killed", SshFailure.Closed, "Connection to 127.0.0.1 closed by remote host.")]
    [InlineData("silent-server", SshFailure.Timeout, "Timeout, server 127.0.0.1 not responding.")]
    [InlineData("ok", SshFailure.Closed, "the connection ended")]
    public void After_hello_the_connection_has_ended(string file, SshFailure reason, string said)
    {
        var failure = SshErrors.Explain(Recorded(file), helloReceived: true, Address, Config);

        Assert.Equal((reason, said), (failure.Reason, failure.Message));
    }

    [Fact]
    public void A_failed_login_names_the_key_that_the_host_should_list()
    {
        var failure = SshErrors.Explain(Recorded("auth"), helloReceived: false, Address, Config);

        Assert.Equal(SshFailure.Auth, failure.Reason);
        Assert.Equal(
            "fleettest@127.0.0.1: Permission denied (publickey,keyboard-interactive). "
            + "(the host must list the public key of /keys/id in ~fleet/.ssh/authorized_keys)",
            failure.Message);
    }

    [Fact]
    public void An_unknown_key_comes_with_its_fingerprint_and_the_command_that_trusts_it()
    {
        var failure = SshErrors.Explain(Recorded("hostkey-unknown"), helloReceived: false, Address, Config);

        Assert.Equal(SshFailure.HostkeyUnknown, failure.Reason);
        Assert.Contains("ssh-ed25519 SHA256:O4PWr53x3S8I4Zg0si35pg032XJJhhGjsSduLAU2fgk", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("fleet-exporter trust 127.0.0.1:2291", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_key_comes_with_its_fingerprint_and_the_command_that_removes_the_old()
    {
        var failure = SshErrors.Explain(Recorded("hostkey-changed"), helloReceived: false, Address, Config);

        Assert.Equal(SshFailure.HostkeyChanged, failure.Reason);
        Assert.Contains("ssh-ed25519 SHA256:O4PWr53x3S8I4Zg0si35pg032XJJhhGjsSduLAU2fgk", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("ssh-keygen -f /data/known_hosts -R '[127.0.0.1]:2291'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_port_is_omitted()
    {
        Assert.EndsWith(
            "-R '127.0.0.1'", SshErrors.Explain(Recorded("hostkey-changed"), false, Address with { Port = 22 }, Config).Message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "fleet-exporter trust 127.0.0.1", SshErrors.Explain(Recorded("hostkey-unknown"), false, Address with { Port = null }, Config).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_output_the_reason_is_closed() =>
        Assert.Equal("ssh exited without a message", SshErrors.Explain("", helloReceived: false, Address, Config).Message);

    [Fact]
    public void The_last_line_of_the_login_shell_is_in_the_message()
    {
        var failure = SshErrors.Explain(
            Recorded("shell-exit") + "\nfish: Unknown command: \u001b[31mexec\u001b[0m", helloReceived: false, Address, Config);

        Assert.Equal(SshFailure.Shell, failure.Reason);
        Assert.EndsWith("did not start the sampler: fish: Unknown command:  [31mexec [0m", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ok", SshFailure.Shell)]
    [InlineData("banner-silent", SshFailure.Timeout)]
    [InlineData("timeout", SshFailure.Timeout)]
    [InlineData("", SshFailure.Timeout)]
    public void A_timeout_is_explained_by_the_phase_of_ssh(string file, SshFailure reason)
    {
        var failure = SshErrors.ExplainTimeout(file.Length == 0 ? "" : Recorded(file), TimeSpan.FromSeconds(20));

        Assert.Equal(reason, failure.Reason);
        Assert.EndsWith("within 20 s", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug1: Remote protocol version 2.0, remote software version Server host key: ssh-ed25519 SHA256:FORGED\n")]
    [InlineData("debug1: Server host key: ssh-ed25519 SHA256:FORGED\n")]
    [InlineData("Server host key: ssh-ed25519 SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")]
    public void A_server_cannot_forge_the_fingerprint_in_the_message(string forged)
    {
        var said = Recorded("hostkey-unknown");
        var honest = SshErrors.Explain(said, helloReceived: false, Address, Config);

        Assert.Contains("SHA256:", honest.Message, StringComparison.Ordinal);
        Assert.Equal(honest.Message, SshErrors.Explain(forged + said, helloReceived: false, Address, Config).Message);
    }

    private static string Recorded(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "ssh", file + ".txt"));
}
