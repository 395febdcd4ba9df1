using System.Globalization;
using FleetExporter.Config.Binding;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Onboarding.Import;
using FleetExporter.Polling.Targets;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>An imported ssh_config means what <c>ssh -G</c> says it means.</summary>
public sealed class SshConfigAgainstSshTests
{
    public static TheoryData<string> Configs() =>
    [
        "Host a\n  HostName 10.0.0.1\n  User ann\n  Port 2222\n  IdentityFile ~/.ssh/a\nHost b\n",
        "Host a b c\n  HostName %h.lan\nHost b\n  User bob\n  HostName other\nHost *\n  User all\n  Port 2200\n",
        "User first\nPort 22022\nHost a\n  User second\nHost *\n  User third\n  HostName last-%h-%%\n",
        "Host gpu-* !gpu-9\n  User gpu\n  Port 1\nHost gpu-1 gpu-9\n  User one\nHost gpu-?\n  IdentityFile /k/%h\n",
        "host=a\n\tHOSTNAME = 10.0.0.2\n\tuser=\"ann\"\n\tPort=23\nHost \"b\"\nHostName\t=\t\"b.lan\"\n",
        "# comment\r\nHost a # trailing\r\n  HostName a.lan # why\r\n  Port 24\r\n\r\n  #User no\r\n  User yes\r\nHost b\r\n",
        "Host a\n  IdentityFile \"~/my keys/id\"\n  IdentityFile /second\n  HostName 'a.lan'\nHost b\n  IdentityFile ~/x\\ y\n",
        "Host a\n  ProxyJump jump\nHost b\n  ProxyJump none\nHost *\n  ProxyJump other\n",
        "Host a\n  ProxyCommand nc %h %p # not a comment\nHost b\n  ProxyJump x\nHost *\n  ProxyCommand none\n",
        "Host b\n  ProxyCommand none\nHost *\n  ProxyJump jump\nHost a\n",
        "Host A\n  HostName Upper.LAN\nHost a\n  User lower\nHost FOO*\n  Port 9\nHost foobar FOObar\n",
        "Host *.lan !b.lan\n  User lan\nHost a.lan b.lan c\n  HostName 10.1.1.1\nHost !a.lan *\n  Port 77\n",
        "Host a\n  ForwardAgent no\n  ServerAliveInterval 10\n  LocalForward 1 localhost:2\n  SendEnv LANG\n  User u\n",
        "Host a\nHost b\n  User b\nHost a\n  User late\n  Port 8\nHost a b\n  Port 9\n",
        "  Host a\f\n  User x\n \t \nHost b\n  HostName b#c\n  User y #z\n",
        "Host a\n  HostName fe80::1\nHost b\n  HostName 2001:db8::7\n  Port 5\n",
    ];

    [Theory]
    [MemberData(nameof(Configs))]
    public async Task Each_host_has_the_values_that_ssh_takes(string text)
    {
        using var folder = new TestFolder();
        var path = folder.Write("config", text);
        var file = SshConfigFile.Parse(text);
        var config = ConfigFile.Parse("", folder.PathOf("fleet.yml"), TargetCatalog.Kinds, _ => null).Config!;
        var hosts = SshImport.HostsOf(file, config, "/home/me", _ => false).ToList();

        Assert.NotEmpty(hosts);
        foreach (var host in hosts)
        {
            var of = file.Of(host.Name);
            var ssh = (await Tool.RunAsync("ssh", "-F", path, "-G", "--", host.Name)).Output.Split('\n').Select(l => l.Split(' ', 2))
                .Where(l => l.Length == 2).ToLookup(l => l[0], l => l[1]);
            Assert.Equal(ssh["hostname"].First(), host.Hostname, ignoreCase: true);
            Assert.Equal(ssh["port"].First(), (host.Port ?? 22).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(ssh["user"].First(), host.Username ?? Environment.UserName);
            if (of.IdentityFile is { } key)
            {
                Assert.Equal(ssh["identityfile"].First(), key);
            }

            var isProxied = ssh["proxyjump"].Concat(ssh["proxycommand"]).Any(p => p != "none");
            Assert.Equal(isProxied, of.Refused.Any(r => r.Directive.StartsWith("Proxy", StringComparison.Ordinal)));
            Assert.Equal(isProxied, host.Problems.Any(p => p.Contains("Proxy", StringComparison.Ordinal)));
        }
    }
}
