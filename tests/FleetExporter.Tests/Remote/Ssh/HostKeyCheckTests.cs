using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class HostKeyCheckTests
{
    private const string Other = "AAAAC3NzaC1lZDI1NTE5AAAAIJSgSuvvRUOyIZWrTYrBaqcQrgs7Q8b5ebaQWfVqhWh6";

    private static readonly HostAddress Address = new("h", 2222);

    [Theory]
    [InlineData("[h]:2222 ssh-ed25519 " + KnownHostsLineTests.Key, null)]
    [InlineData("h ssh-ed25519 " + KnownHostsLineTests.Key, null)]
    [InlineData("h ssh-ed25519 " + Other, SshFailure.HostkeyUnknown)]
    [InlineData("[h]:2222 ssh-ed25519 " + Other, SshFailure.HostkeyChanged)]
    [InlineData("[h]:2222 ssh-ed25519 " + KnownHostsLineTests.Key + "\n@revoked * ssh-ed25519 " + KnownHostsLineTests.Key, SshFailure.HostkeyChanged)]
    [InlineData("", SshFailure.HostkeyUnknown)]
    public void A_key_is_checked_against_the_file(string text, SshFailure? reason)
    {
        using var folder = new TemporaryFolder();
        var file = new KnownHosts(folder.Write("k", text));
        var (trusts, failure) = Present(new HostKeyCheck(Address, HostKeyPolicy.Strict, file, TimeProvider.System));

        Assert.Equal((reason is null, reason), (trusts, failure?.Reason));
        Assert.Equal(text, File.ReadAllText(folder.PathOf("k")));
    }

    [Fact]
    public void A_new_key_is_written_once_and_no_other_is_accepted_on_the_same_connection()
    {
        using var folder = new TemporaryFolder();
        var check = new HostKeyCheck(Address, HostKeyPolicy.AcceptNew, new KnownHosts(folder.PathOf("k")), TimeProvider.System);

        Assert.Equal((true, null), Present(check));
        Assert.Equal((true, null), Present(check));
        Assert.Equal($"[h]:2222 ssh-ed25519 {KnownHostsLineTests.Key}\n", File.ReadAllText(folder.PathOf("k")));
        var (trusts, failure) = Present(check, Other);
        Assert.Equal((false, SshFailure.HostkeyChanged), (trusts, failure?.Reason));
    }

    [Fact]
    public void A_new_key_that_cannot_be_written_is_rejected()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("file"), "");
        var check = new HostKeyCheck(Address, HostKeyPolicy.AcceptNew, new KnownHosts(folder.PathOf("file/k")), TimeProvider.System);

        var (trusts, failure) = Present(check);

        Assert.Equal((false, SshFailure.HostkeyUnknown), (trusts, failure?.Reason));
        Assert.Contains(folder.PathOf("file/k"), failure!.Message, StringComparison.Ordinal);
    }

    private static (bool Trusts, StreamException? Failure) Present(HostKeyCheck check, string key = KnownHostsLineTests.Key)
    {
        var presented = new HostKeyEventArgs(new KeyHostAlgorithm("ssh-ed25519", new ED25519Key(new SshKeyData(Convert.FromBase64String(key)))));
        check.Check(null, presented);
        return (presented.CanTrust, check.Failure);
    }
}
