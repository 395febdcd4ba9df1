using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Deployment;

/// <summary>scripts/deploy-key.sh with a real sshd, sudo and useradd.</summary>
public sealed class DeployKeyTests : IAsyncLifetime
{
    private const string Keys = "~fleet/.ssh/authorized_keys";

    private readonly TestFolder _folder = new();
    private PasswordHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await PasswordHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_exporter_can_log_in_after_one_password()
    {
        var fingerprint = await _host.Server.FingerprintAsync();
        var run = await _host.DeployAsync(["--fingerprint", fingerprint, "--groups", "video"], "root");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Contains("ok      user created, group video added, key added, login verified", run.Output, StringComparison.Ordinal);
        Assert.Contains(fingerprint, run.Error, StringComparison.Ordinal);
        Assert.Single(_host.Prompts);
        var key = await File.ReadAllTextAsync(_host.Key, TestContext.Current.CancellationToken);
        Assert.Equal($"restrict {key.Trim()}", await _host.OnHostAsync($"cat {Keys}"));
        Assert.Equal("700 fleet fleet\n600 fleet fleet", await _host.OnHostAsync($"stat -c '%a %U %G' ~fleet/.ssh {Keys}"));
        Assert.Equal("fleet:*", (await _host.OnHostAsync("getent shadow fleet"))[..7]);
        Assert.Equal("fleet video", await _host.OnHostAsync("id -nG fleet"));
        var known = await File.ReadAllTextAsync(_host.KnownHosts, TestContext.Current.CancellationToken);
        Assert.Equal(_host.Server.KnownHost().Split(' ')[..2], known.Split(' ')[..2]);

        await using var exporter = await Exporter.StartAsync(_folder, $$"""
            poll_interval: 1s
            ssh: { user: fleet, key_file: {{_folder.PathOf("exporter", "key")}}, known_hosts: {{_host.KnownHosts}} }
            hosts: [{ name: box, address: "{{_host.Server.Address}}" }]

            """);
        await exporter.UntilOnlineAsync();
    }

    [Fact]
    public async Task A_second_run_adds_no_line_and_changes_options_in_place()
    {
        const string Other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII other";
        await _host.OnHostAsync(
            $"useradd --create-home --password '*' fleet && mkdir -m 755 ~fleet/.ssh && printf '# mine\\n{Other}' >{Keys} && chown -R fleet: ~fleet");

        Assert.Contains("ok      key added, login verified", (await _host.DeployAsync(["--yes"], "root")).Output, StringComparison.Ordinal);
        var first = await _host.OnHostAsync($"cat {Keys}");
        Assert.Equal(["# mine", Other], first.Split('\n')[..2]);
        Assert.Equal("700 fleet", await _host.OnHostAsync("stat -c '%a %U' ~fleet/.ssh"));

        // The key of the host is known now.
        Assert.Contains("ok      key present, login verified", (await _host.DeployAsync([], "root")).Output, StringComparison.Ordinal);
        Assert.Equal(first, await _host.OnHostAsync($"cat {Keys}"));
        Assert.Single(await File.ReadAllLinesAsync(_host.KnownHosts, TestContext.Current.CancellationToken));

        var changed = await _host.DeployAsync(["--from", "127.0.0.0/8,::1", "--pty"], "root");
        Assert.Contains("ok      options of the key changed, login verified", changed.Output, StringComparison.Ordinal);
        Assert.Equal(
            first.Replace("restrict ", "restrict,pty,from=\"127.0.0.0/8,::1\" ", StringComparison.Ordinal), await _host.OnHostAsync($"cat {Keys}"));

        var elsewhere = await _host.DeployAsync(["--from", "192.0.2.1"], "root");
        Assert.Equal(1, elsewhere.Exit);
        Assert.Contains("options of the key changed, but the login with the key fails: ", elsewhere.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_hosts_follow_one_that_fails()
    {
        using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        var port = ((System.Net.IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        var run = await _host.DeployAsync(["--yes"], $"root@127.0.0.1:{port}", "bob", "alice");

        Assert.Equal(1, run.Exit);
        var rows = run.Trimmed.Split('\n');
        Assert.Equal(4, rows.Length);
        Assert.Matches("failed  no SSH connection: .*refused", rows[1]);
        Assert.Matches("failed  sudo refused: bob is not in the sudoers file", rows[2]);
        Assert.Matches("ok      user created, key added, login verified", rows[3]);
        Assert.Equal(
            ["bob's login", "bob's sudo", "alice's login", "alice's sudo"],
            _host.Prompts.Select(p => (p.Contains("bob", StringComparison.Ordinal) ? "bob's " : "alice's ")
                + (p.StartsWith("[sudo]", StringComparison.Ordinal) ? "sudo" : "login")));
        Assert.Contains("useradd --create-home --shell /bin/sh --password '*' fleet", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-", run.Output + run.Error, StringComparison.Ordinal);

        // What somebody has installed by hand is verified without sudo.
        var again = await _host.DeployAsync([], "bob");
        Assert.True(again.Exit == 0, again.Error);
        Assert.Contains("ok      login verified; nothing was changed, because sudo refused", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_confirmed_host_key_nobody_logs_in()
    {
        var unconfirmed = await _host.DeployAsync([], "root");
        Assert.Equal(1, unconfirmed.Exit);
        Assert.Contains($"then give --fingerprint {await _host.Server.FingerprintAsync()}", unconfirmed.Error, StringComparison.Ordinal);
        var other = await _host.DeployAsync(["--fingerprint", "SHA256:" + new string('A', 43)], "root");
        Assert.Contains("failed  the host key does not have the fingerprint given", other.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_host.KnownHosts));

        Assert.Equal(0, (await _host.DeployAsync(["--yes"], "root")).Exit);
        var known = await File.ReadAllTextAsync(_host.KnownHosts, TestContext.Current.CancellationToken);
        await _host.Server.StopAsync();
        await _host.Server.ChangeHostKeyAsync();
        await _host.Server.StartAgainAsync();
        var (prompts, changed) = (_host.Prompts.Count, await _host.DeployAsync(["--yes"], "root"));

        Assert.Contains("failed  the login failed", changed.Output, StringComparison.Ordinal);
        Assert.Contains("ssh-keygen -f " + _host.KnownHosts, changed.Error, StringComparison.Ordinal);
        Assert.Equal(prompts, _host.Prompts.Count);
        Assert.Equal(known, await File.ReadAllTextAsync(_host.KnownHosts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Problems_of_the_user_are_named()
    {
        await FailsAsync("there is no group nosuch", ["--yes", "--groups", "video,nosuch"]);
        await _host.OnHostAsync("usermod --shell /usr/sbin/nologin fleet");
        await FailsAsync("the shell of fleet allows no login; change it: usermod --shell /bin/sh fleet", []);
        await _host.OnHostAsync("usermod --shell /bin/sh fleet && usermod --lock fleet");
        await FailsAsync("key added, but the login with the key fails: ", []);
        await _host.OnHostAsync("usermod --unlock fleet && rm -r ~fleet");
        await FailsAsync("the home folder of fleet does not exist: /home/fleet", []);

        // A link that the user has put there leads nowhere else, because the user writes.
        await _host.OnHostAsync("mkdir ~fleet /etc/target && ln -s /etc/target ~fleet/.ssh && chown -h fleet: ~fleet ~fleet/.ssh");
        await FailsAsync("the key could not be installed for fleet", []);
        Assert.Equal("", await _host.OnHostAsync("ls -A /etc/target"));

        async Task FailsAsync(string message, string[] options)
        {
            var run = await _host.DeployAsync(options, "root");
            Assert.Equal(1, run.Exit);
            Assert.Contains("failed  " + message, run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_dry_run_connects_to_nothing()
    {
        var dry = await _host.DeployAsync(["--dry-run"], "root", "alice");

        Assert.True(dry.Exit == 0, dry.Error);
        Assert.Equal(2, dry.Output.Split("\nssh -M -N ").Length - 1);
        Assert.Contains("useradd --create-home", dry.Output, StringComparison.Ordinal);
        Assert.Equal((0, false), (_host.Server.Connections, File.Exists(_host.KnownHosts)));
        Assert.Equal("no", await _host.OnHostAsync("id fleet >/dev/null 2>&1 && echo yes || echo no"));
    }

    [Theory]
    [InlineData(2, "USER must consist of", "KEY", "x;id", "h")]
    [InlineData(2, "'-oProxyCommand=id' is not", "KEY", "fleet", "--", "-oProxyCommand=id")]
    [InlineData(2, "is not [LOGIN@]ADDRESS[:PORT]", "KEY", "fleet", "$(id)@h")]
    [InlineData(2, "is not [LOGIN@]ADDRESS[:PORT]", "KEY", "fleet", "h:99999")]
    [InlineData(2, "--from must be addresses", "--from", "a\" command=\"id", "KEY", "fleet", "h")]
    [InlineData(2, "--groups must be names", "--groups", "video;id", "KEY", "fleet", "h")]
    [InlineData(2, "--fingerprint must be SHA256:", "--fingerprint", "MD5:00", "KEY", "fleet", "h")]
    [InlineData(2, "at least one HOST are required", "KEY", "fleet")]
    [InlineData(2, "unknown option --force", "--force", "KEY", "fleet", "h")]
    [InlineData(1, "is a private key", "PRIVATE", "fleet", "h")]
    [InlineData(1, "is not one public key", "/etc/hostname", "fleet", "h")]
    [InlineData(1, "cannot read /no/such/key.pub", "/no/such/key.pub", "fleet", "h")]
    public async Task Wrong_arguments_are_refused(int exit, string message, params string[] arguments)
    {
        var run = await _host.RunAsync([.. arguments.Select(a => a switch { "KEY" => _host.Key, "PRIVATE" => _host.Key[..^4], _ => a })]);

        Assert.Equal(exit, run.Exit);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Nothing_in_a_comment_of_the_key_becomes_code()
    {
        var key = (await File.ReadAllTextAsync(_host.Key, TestContext.Current.CancellationToken)).Split(' ');
        const string Comment = "me'; touch /etc/no; '\"$(touch /etc/no)";
        await File.WriteAllTextAsync(_host.Key, $"{key[0]} {key[1]} {Comment}\n", TestContext.Current.CancellationToken);

        Assert.Equal(0, (await _host.DeployAsync(["--yes"], "alice")).Exit);

        Assert.Equal($"restrict {key[0]} {key[1]} me touch /etc/no touch /etc/no", await _host.OnHostAsync($"cat {Keys}"));
        Assert.Equal("", await _host.OnHostAsync("ls /etc/no 2>/dev/null || :"));
    }
}
