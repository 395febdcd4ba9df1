using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class SshAlgorithmsTests
{
    [Fact]
    public void Algorithms_of_known_host_keys_come_first()
    {
        Assert.Equal(SshAlgorithms.HostKeys, SshAlgorithms.HostKeyOrder([], hasAuthority: false));
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"], SshAlgorithms.HostKeyOrder(["ssh-rsa"], hasAuthority: false).Take(3));
        string[] known = ["ecdsa-sha2-nistp384", "none-such"];
        Assert.Equal(["ecdsa-sha2-nistp384", "ssh-ed25519"], SshAlgorithms.HostKeyOrder(known, hasAuthority: false).Take(2));
        Assert.Equal(["ssh-ed25519-cert-v01@openssh.com"], SshAlgorithms.HostKeyOrder(["ssh-rsa"], hasAuthority: true).Take(1));
    }

    [Fact]
    public void Every_algorithm_is_offered_once()
    {
        foreach (var known in new string[][] { [], ["ssh-rsa"], ["ssh-ed25519", "ecdsa-sha2-nistp256"] })
        {
            Assert.Equal(SshAlgorithms.HostKeys.Order(), SshAlgorithms.HostKeyOrder(known, hasAuthority: false).Order());
            Assert.Equal(
                SshAlgorithms.HostKeys.Concat(SshAlgorithms.HostCertificates).Order(), SshAlgorithms.HostKeyOrder(known, hasAuthority: true).Order());
        }
    }

    [Fact]
    public void Nothing_with_SHA_1_or_CBC_is_offered()
    {
        string[] all =
        [
            .. SshAlgorithms.KeyExchanges, .. SshAlgorithms.Ciphers, .. SshAlgorithms.Macs, .. SshAlgorithms.HostKeys,
            .. SshAlgorithms.HostCertificates,
        ];

        Assert.All(all, name => Assert.DoesNotMatch("sha1$|-sha1-|cbc|^ssh-rsa", name));
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
