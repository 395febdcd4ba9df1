using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client against a known_hosts of each kind and a server with several host keys.</summary>
public sealed class KnownHostsFileTests
{
    [Fact]
    public async Task Entries_of_each_kind_are_honoured()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var rsa = await KeyFiles.CreateAsync(folder, "host_rsa", "rsa", 2048);
        var ecdsa = await KeyFiles.CreateAsync(folder, "host_ecdsa", "ecdsa", 384);
        await using var server = await SshServer.StartAsync(folder, options: $"HostKey {rsa}\nHostKey {ecdsa}");
        var (name, plain, other) = ($"[127.0.0.1]:{server.Port}", server.KnownHost(), KeyFiles.Public(server.ClientKey));
        var key = plain[(name.Length + 1)..];
        folder.Write("hashed", plain);
        await Tool.RunAsync("ssh-keygen", "-H", "-f", folder.PathOf("hashed"));
        var hashed = await File.ReadAllTextAsync(folder.PathOf("hashed"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("127.0.0.1", hashed, StringComparison.Ordinal);

        foreach (var (what, text, reason) in new (string, string, SshFailure?)[]
        {
            ("plain", plain, null),
            ("without line feed", plain.TrimEnd(), null),
            ("comments", $"# {plain}\n\nnonsense\n{plain}", null),
            ("hashed", hashed, null),
            ("without the port", $"127.0.0.1 {key}", null),
            ("wildcard", $"127.0.0.* {key}", null),
            ("wildcard with port", $"[127.0.0.*]:* {key}", null),
            ("any of several", $"elsewhere,{name},[10.0.0.1]:22 {key}", null),
            ("negated", $"[127.0.0.*]:*,!{name} {key}", SshFailure.HostkeyUnknown),
            ("another negated", $"[127.0.0.*]:*,![127.0.0.2]:* {key}", null),
            ("only RSA", $"{name} {KeyFiles.Public(rsa)}", null),
            ("only ECDSA", $"{name} {KeyFiles.Public(ecdsa)}", null),
            ("another key of this type", $"{name} {other}", SshFailure.HostkeyChanged),
            ("another key and this one", $"{name} {other}{plain}", null),
            ("another port", $"[127.0.0.1]:{server.Port - 1} {key}", SshFailure.HostkeyUnknown),
            ("commented out", $"# {plain}", SshFailure.HostkeyUnknown),
            ("empty", "", SshFailure.HostkeyUnknown),
            ("revoked", $"{plain}@revoked * {key}", SshFailure.HostkeyChanged),
            ("another revoked", $"{plain}@revoked * {other}", null),
            ("an authority that has signed nothing", $"@cert-authority * {key}", SshFailure.HostkeyUnknown),
        })
        {
            var login = server.Login(user) with { KnownHosts = folder.Write("tried", text) };
            var failure = await DirectConnection.TryAsync(server, login);
            Assert.True(failure?.Reason == reason, $"{what}: {failure?.Reason.ToString() ?? "connected"}: {failure?.Message}");
        }

        var missing = await DirectConnection.TryAsync(server, server.Login(user) with { KnownHosts = folder.PathOf("missing") });
        Assert.Equal(SshFailure.HostkeyUnknown, missing?.Reason);
        Assert.Contains($"fleet-exporter trust 127.0.0.1:{server.Port}", missing!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "always:forever", "", null)]
    [InlineData("127.0.0.*", "-1h:+1h", "", null)]
    [InlineData("other.example", "always:forever", "", SshFailure.HostkeyUnknown)]
    [InlineData("127.0.0.1", "-2d:-1d", "", SshFailure.HostkeyUnknown)]
    [InlineData("127.0.0.1", "+1d:+2d", "", SshFailure.HostkeyUnknown)]
    [InlineData("127.0.0.1", "always:forever", "@revoked * ", SshFailure.HostkeyChanged)]
    public async Task A_host_certificate_is_checked_for_principals_dates_and_authority(
        string principals, string validity, string revokes, SshFailure? reason)
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var authority = await KeyFiles.CreateAsync(folder, "authority");
        var key = await KeyFiles.CreateAsync(folder, "certified", "ecdsa", 256);
        await KeyFiles.SignAsync(authority, key, "-h", "-n", principals, "-V", validity);
        await using var server = await SshServer.StartAsync(folder, options: $"HostKey {key}\nHostCertificate {key}-cert.pub");
        var text = $"@cert-authority [127.0.0.1]:* {KeyFiles.Public(authority)}" + (revokes.Length > 0 ? revokes + KeyFiles.Public(authority) : "");
        var login = server.Login(user) with { KnownHosts = folder.Write("tried", text) };

        var failure = await DirectConnection.TryAsync(server, login);

        Assert.True(failure?.Reason == reason, $"{failure?.Reason.ToString() ?? "connected"}: {failure?.Message}");
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_checked_by_its_plain_key()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var (trusted, other) = (await KeyFiles.CreateAsync(folder, "trusted"), await KeyFiles.CreateAsync(folder, "other"));
        var key = await KeyFiles.CreateAsync(folder, "certified", "ecdsa", 256);
        await KeyFiles.SignAsync(other, key, "-h", "-n", "127.0.0.1");
        await using var server = await SshServer.StartAsync(folder, options: $"HostKey {key}\nHostCertificate {key}-cert.pub");
        var authority = $"@cert-authority * {KeyFiles.Public(trusted)}";
        var login = server.Login(user);

        var unknown = await DirectConnection.TryAsync(server, login with { KnownHosts = folder.Write("tried", authority) });
        Assert.Equal(SshFailure.HostkeyUnknown, unknown?.Reason);
        var plain = $"{authority}[127.0.0.1]:{server.Port} {KeyFiles.Public(key)}";
        Assert.Null(await DirectConnection.TryAsync(server, login with { KnownHosts = folder.Write("tried", plain) }));
    }

    [Fact]
    public async Task A_changed_file_is_read_again()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var login = server.Login(user) with { KnownHosts = folder.Write("tried", "# nobody yet\n") };
        var shell = new BuiltinSsh(server.HostAddress(), login, TimeProvider.System);

        Assert.Equal(SshFailure.HostkeyUnknown, (await DirectConnection.TryAsync(shell))?.Reason);
        await File.AppendAllTextAsync(login.KnownHosts, server.KnownHost(), TestContext.Current.CancellationToken);
        Assert.Null(await DirectConnection.TryAsync(shell));
        File.Delete(login.KnownHosts);
        Assert.Equal(SshFailure.HostkeyUnknown, (await DirectConnection.TryAsync(shell))?.Reason);
    }

    [Fact]
    public async Task An_accepted_new_key_is_the_only_trusted_one_afterwards()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        // The last line has no line feed.
        var login = server.Login(user) with { KnownHosts = folder.Write("tried", "# mine"), HostKeys = HostKeyPolicy.AcceptNew };

        Assert.Null(await DirectConnection.TryAsync(server, login));
        var written = await File.ReadAllTextAsync(login.KnownHosts, TestContext.Current.CancellationToken);
        Assert.Equal("# mine\n" + server.KnownHost().Replace(" host\n", "\n", StringComparison.Ordinal), written);
        Assert.Null(await DirectConnection.TryAsync(server, login with { HostKeys = HostKeyPolicy.Strict }));

        await server.StopAsync();
        await server.ChangeHostKeyAsync();
        await server.StartAgainAsync();
        foreach (var policy in new[] { HostKeyPolicy.AcceptNew, HostKeyPolicy.Strict })
        {
            var failure = await DirectConnection.TryAsync(server, login with { HostKeys = policy });
            Assert.Equal(SshFailure.HostkeyChanged, failure?.Reason);
            Assert.Contains($"ssh-keygen -f {login.KnownHosts} -R '[127.0.0.1]:{server.Port}'", failure!.Message, StringComparison.Ordinal);
        }
    }
}
