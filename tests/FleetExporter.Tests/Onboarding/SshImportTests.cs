using FleetExporter.Onboarding.Import;
using FleetExporter.Tests.Config;

namespace FleetExporter.Tests.Onboarding;

public sealed class SshImportTests
{
    [Theory]
    [InlineData("Host a\n Port 0", "Port")]
    [InlineData("Host a\n Port ssh", "Port")]
    [InlineData("Host a\n HostName -oProxyCommand=x", "HostName")]
    [InlineData("Host a\n HostName a:22", "HostName")]
    [InlineData("Host a\n User Ann", "User")]
    [InlineData("Host a/b", "name")]
    [InlineData("Host taken", "in use")]
    [InlineData("Host a\n IdentityFile ~/.ssh/id", "/home/me/.ssh/id")]
    [InlineData("Host a\n IdentityFile %d/.ssh/id", "/home/me/.ssh/id")]
    [InlineData("Host a\n IdentityFile ~/.ssh/id", "/etc/fleet/data/keys")]
    public void What_a_connection_cannot_have_is_a_problem_and_left_out(string text, string named)
    {
        var host = Assert.Single(SshImport.HostsOf(SshConfigFile.Parse(text), Yml.Load(""), "/home/me", name => name == "taken"));

        Assert.Contains(host.Problems, p => p.Contains(named, StringComparison.Ordinal) && p.EndsWith('.'));
        Assert.Equal((null, null, null), (host.Port, host.Username, host.SshKeyPath));
    }

    [Theory]
    [InlineData("Host a\n HostName %h.lan", "a.lan")]
    [InlineData("Host a\n HostName x%%h", "x%h")]
    [InlineData("Host a", "a")]
    [InlineData("Host 10.0.0.1\n IdentityFile none", "10.0.0.1")]
    public void The_name_fills_the_host_name(string text, string hostname) =>
        Assert.Equal(hostname, Assert.Single(SshImport.HostsOf(SshConfigFile.Parse(text), Yml.Load(""), "/home/me", _ => false)).Hostname);
}
