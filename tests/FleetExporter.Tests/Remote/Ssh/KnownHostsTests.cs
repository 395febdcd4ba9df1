using FleetExporter.Config;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class KnownHostsTests
{
    private const string Entry = "h ssh-ed25519 " + KnownHostsLineTests.Key;

    [Theory]
    [InlineData("Host", null, "host")]
    [InlineData("host", 22, "host")]
    [InlineData("host", 2222, "[host]:2222")]
    [InlineData("2001:DB8::1", 2222, "[2001:db8::1]:2222")]
    public void A_port_other_than_22_belongs_to_the_name(string host, int? port, string name) =>
        Assert.Equal(name, KnownHosts.NameOf(new HostAddress(host, port)));

    [Fact]
    public void Entries_are_found_by_name_and_separated_by_marker()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("known_hosts", $"{Entry}\nother{Entry[1..]}\n@revoked {Entry}\n@cert-authority *{Entry[1..]}\n");
        var found = new KnownHosts(path).Find("h");

        Assert.Equal((1, 1, 1), (found.Keys.Count, found.Revoked.Count, found.Authorities.Count));
    }

    [Fact]
    public void A_missing_file_has_no_entries_and_is_read_once_it_exists()
    {
        using var folder = new TemporaryFolder();
        var file = new KnownHosts(folder.PathOf("known_hosts"));
        Assert.Empty(file.Find("h").Keys);
        folder.Write("known_hosts", Entry);
        Assert.Single(file.Find("h").Keys);
        folder.Write("known_hosts", $"# longer\n{Entry}\n{Entry}\n");
        Assert.Equal(2, file.Find("h").Keys.Count);
    }

    [Fact]
    public void Keys_are_appended_each_on_a_line_of_its_own_even_by_many_at_once()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("known_hosts", Entry);
        var key = Convert.FromBase64String(KnownHostsLineTests.Key);
        Parallel.For(0, 50, n => new KnownHosts(path).Add($"h{n}", "ssh-ed25519", key));

        var file = new KnownHosts(path);
        Assert.Single(file.Find("h").Keys);
        Assert.All(Enumerable.Range(0, 50), n => Assert.Equal(key, Assert.Single(file.Find($"h{n}").Keys).Key));
        Assert.Equal(51, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.PathOf("known_hosts")))
        {
            file.SetLength((16 * 1024 * 1024) + 1);
        }

        Assert.Throws<IOException>(() => new KnownHosts(folder.PathOf("known_hosts")).Find("h"));
    }
}
