using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>Private keys the built-in client logs in with, and those it cannot use.</summary>
public sealed class SshKeysTests
{
    [Fact]
    public async Task Keys_of_each_type_and_format_log_in()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        List<string> keys = [];
        foreach (var format in new[] { "RFC4716", "PEM", "PKCS8" })
        {
            keys.Add(await KeyFiles.CreateAsync(folder, $"ed25519_{format}", format: format));
            foreach (var (type, bits) in new[] { ("rsa", 2048), ("rsa", 4096), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521) })
            {
                keys.Add(await KeyFiles.CreateAsync(folder, $"{type}_{bits}_{format}", type, bits, format));
            }
        }

        var authorized = folder.Write("authorized", string.Concat(keys.Select(KeyFiles.Public)));
        await using var server = await SshServer.StartAsync(folder, options: $"AuthorizedKeysFile {authorized}");
        List<string> refused = [];
        foreach (var key in keys)
        {
            if (await DirectConnection.TryAsync(server, server.Login(user) with { KeyFile = key }) is { } failure)
            {
                refused.Add($"{Path.GetFileName(key)}: {failure.Reason}: {failure.Message}");
            }
        }

        Assert.Empty(refused);
        Assert.Equal(18, keys.Count);
    }

    [Fact]
    public async Task RSA_keys_sign_with_SHA_2_even_if_SHA_1_is_allowed()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var key = await KeyFiles.CreateAsync(folder, "rsa", "rsa", 2048);
        await using var server = await SshServer.StartAsync(
            folder, options: $"AuthorizedKeysFile {key}.pub\nPubkeyAcceptedAlgorithms +ssh-rsa\nLogLevel DEBUG3");

        Assert.Null(await DirectConnection.TryAsync(server, server.Login(user) with { KeyFile = key }));
        Assert.Matches("pkalg rsa-sha2-(256|512) ", server.Log);
        Assert.DoesNotContain("pkalg ssh-rsa ", server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    public async Task A_certificate_logs_in_if_only_its_authority_is_known(string type)
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var authority = await KeyFiles.CreateAsync(folder, "authority");
        var (certified, plain) = (await KeyFiles.CreateAsync(folder, "certified", type), await KeyFiles.CreateAsync(folder, "plain", type));
        await KeyFiles.SignAsync(authority, certified, "-n", user.Name);
        await using var server = await SshServer.StartAsync(
            folder, options: $"AuthorizedKeysFile none\nTrustedUserCAKeys {authority}.pub\nLogLevel DEBUG3");

        Assert.Null(await DirectConnection.TryAsync(server, server.Login(user) with { KeyFile = certified }));
        Assert.DoesNotContain("pkalg ssh-rsa-cert", server.Log, StringComparison.Ordinal);
        Assert.Equal(SshFailure.Auth, (await DirectConnection.TryAsync(server, server.Login(user) with { KeyFile = plain }))?.Reason);
    }

    [Fact]
    public async Task Without_a_key_file_the_default_keys_of_the_account_are_used()
    {
        await using var machine = await WatchedMachine.StartAsync(client: "builtin");
        var other = await KeyFiles.CreateAsync(machine.Folder, "other", "rsa", 2048);
        machine.Folder.Make("service", ".ssh");
        File.Copy(other, machine.Folder.PathOf("service", ".ssh", "id_rsa"));
        File.Copy(machine.Server.ClientKey, machine.Folder.PathOf("service", ".ssh", "id_ed25519"));
        await using var exporter = await machine.WatchAsync("key_file: none");
        await exporter.UntilOnlineAsync();
        Assert.Equal(1, machine.Server.Connections);
    }

    [Fact]
    public async Task An_unusable_key_is_auth_with_a_fix()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var readable = await KeyFiles.CreateAsync(folder, "readable");
        File.SetUnixFileMode(readable, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var damaged = folder.Write("damaged", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        File.SetUnixFileMode(damaged, UnixFileMode.UserRead);
        foreach (var (key, advice) in new[]
        {
            (await KeyFiles.CreateAsync(folder, "passphrase", passphrase: "secret"), "ssh-keygen -p"),
            (await KeyFiles.CreateAsync(folder, "passphrase_pem", "rsa", 2048, "PEM", "secret"), "ssh-keygen -p"),
            (await KeyFiles.CreateAsync(folder, "passphrase_pkcs8", "ecdsa", 256, "PKCS8", "secret"), "ssh-keygen -p"),
            (folder.PathOf("missing"), "does not exist on this machine"),
            (readable, $"chmod 600 {readable}"),
            (damaged, "is not a usable private key"),
            (server.ClientKey + ".pub", "is not a usable private key"),
            (await KeyFiles.CreateAsync(folder, "stranger"), "authorized_keys"),
        })
        {
            var failure = await DirectConnection.TryAsync(server, server.Login(user) with { KeyFile = key });
            Assert.Equal(SshFailure.Auth, failure?.Reason);
            Assert.Contains(advice, failure!.Message, StringComparison.Ordinal);
            Assert.Contains(key, failure.Message, StringComparison.Ordinal);
        }
    }
}
