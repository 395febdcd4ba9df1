using System.Text;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using FsCheck;
using FsCheck.Fluent;
using Renci.SshNet.Security;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class PrivateKeysTests
{
    [Theory]
    [InlineData("none", "ssh-ed25519", null)]
    [InlineData("aes256-ctr", "ssh-ed25519", "Passphrase")]
    [InlineData("none", "sk-ssh-ed25519@openssh.com", "SecurityKey")]
    [InlineData("aes256-ctr", "sk-ecdsa-sha2-nistp256@openssh.com", "SecurityKey")]
    public void The_header_of_a_key_has_its_requirement(string cipher, string type, string? need)
    {
        using var folder = new TemporaryFolder();
        byte[] key = [.. "openssh-key-v1\0"u8, .. Field(cipher), .. Field("bcrypt"), .. Field(""), 0, 0, 0, 1, .. Field([.. Field(type), 1, 2])];
        Assert.Equal(need, PrivateKeys.RequirementOf(Write(folder, OpenSsh(key)))?.ToString());
    }

    [Theory]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", "Passphrase")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "Passphrase")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", null)]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nnot base64!\n", null)]
    [InlineData("", null)]
    public void Other_formats_have_the_requirement_in_text(string text, string? need)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(need, PrivateKeys.RequirementOf(Write(folder, text))?.ToString());
        Assert.Null(PrivateKeys.RequirementOf(folder.PathOf("missing")));
    }

    [Fact]
    public void A_damaged_file_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        Prop.ForAll<byte[]?>(bytes =>
        {
            byte[] key = [.. "openssh-key-v1\0"u8, .. bytes ?? []];
            var file = Write(folder, OpenSsh(key));
            var (keys, problem) = PrivateKeys.Load(new SshConfig { KeyFile = file, KnownHosts = "/none" });
            return keys.Count == 0 && problem is { Reason: SshFailure.Auth } && problem.Message.Contains(file, StringComparison.Ordinal);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    /// <summary>The key of RFC 8410 section 10.3, and its public key from section 10.1.</summary>
    [Fact]
    public void An_Ed25519_key_in_PKCS8_has_its_own_public_key()
    {
        using var folder = new TemporaryFolder();
        var file = Write(
            folder, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n");
        var (keys, problem) = PrivateKeys.Load(new SshConfig { KeyFile = file, KnownHosts = "/none" });

        Assert.Null(problem);
        var subjectPublicKeyInfo = Convert.FromBase64String("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
        Assert.Equal(subjectPublicKeyInfo[^32..], ((ED25519Key)Assert.Single(keys).Key).PublicKey);
    }

    private static string Write(TemporaryFolder folder, string text)
    {
        var path = folder.Write("key", text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static string OpenSsh(byte[] key) =>
        $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Convert.ToBase64String(key)}\n-----END OPENSSH PRIVATE KEY-----\n";

    private static byte[] Field(string text) => Field(Encoding.ASCII.GetBytes(text));

    private static byte[] Field(byte[] bytes) => [0, 0, 0, (byte)bytes.Length, .. bytes];
}
