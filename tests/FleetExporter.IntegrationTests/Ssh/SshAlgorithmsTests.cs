using System.Text;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client against servers that know one algorithm of a kind.</summary>
public sealed class SshAlgorithmsTests
{
    [Theory]
    [InlineData("KexAlgorithms", "sntrup761x25519-sha512@openssh.com")]
    [InlineData("KexAlgorithms", "curve25519-sha256")]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp256")]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp521")]
    [InlineData("KexAlgorithms", "diffie-hellman-group16-sha512")]
    [InlineData("KexAlgorithms", "diffie-hellman-group14-sha256")]
    [InlineData("Ciphers", "aes128-ctr")]
    [InlineData("Ciphers", "aes256-ctr")]
    [InlineData("Ciphers", "aes128-gcm@openssh.com")]
    [InlineData("Ciphers", "aes256-gcm@openssh.com")]
    [InlineData("Ciphers", "chacha20-poly1305@openssh.com")]
    [InlineData("MACs", "hmac-sha2-256")]
    [InlineData("MACs", "hmac-sha2-512")]
    [InlineData("MACs", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("MACs", "hmac-sha2-512-etm@openssh.com")]
    public async Task A_stream_and_a_command_work_with(string kind, string algorithm)
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        // GCM and ChaCha20 authenticate by themselves, so a MAC needs another cipher.
        var cipher = kind == "MACs" ? "\nCiphers aes256-ctr" : "";
        await using var server = await SshServer.StartAsync(folder, options: $"{kind} {algorithm}{cipher}\nLogLevel DEBUG1");
        await using var connection = await DirectConnection.OpenAsync(server, user);

        await connection.PollAsync();
        var expected = string.Concat(Enumerable.Range(1, 20_000).Select(n => $"{n}\n"));
        Assert.Equal(expected, Encoding.ASCII.GetString(await connection.RunAsync("seq 20000")));
        await connection.PollAsync();
        var logged = kind switch { "Ciphers" => "cipher", "MACs" => "MAC", _ => "kex: algorithm" };
        Assert.Contains($"{logged}: {algorithm} ", server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KexAlgorithms diffie-hellman-group14-sha1")]
    [InlineData("KexAlgorithms diffie-hellman-group-exchange-sha256")]
    [InlineData("Ciphers 3des-cbc")]
    [InlineData("Ciphers aes256-cbc")]
    [InlineData("Ciphers aes256-ctr\nMACs hmac-sha1")]
    public async Task A_server_with_only_weak_algorithms_is_rejected(string options)
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder, options: options);
        Assert.Equal(SshFailure.Banner, (await DirectConnection.TryAsync(server, server.Login(user)))?.Reason);
    }
}
