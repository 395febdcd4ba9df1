using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class HostsTests
{
    [Theory]
    [InlineData("spark-1.lan", "spark-1.lan", null)]
    [InlineData("spark_1:2222", "spark_1", 2222)]
    [InlineData("192.168.1.10:22", "192.168.1.10", 22)]
    [InlineData("[fd00::1]:22", "fd00::1", 22)]
    [InlineData("[fd00::1]", "fd00::1", null)]
    [InlineData("fe80::1%eth0", "fe80::1%eth0", null)]
    [InlineData("::1", "::1", null)]
    public void An_address_has_a_host_and_an_optional_port(string text, string host, int? port)
    {
        Assert.True(HostAddress.TryParse(text, out var address, out _));
        Assert.Equal(new HostAddress(host, port), address);
        Assert.True(HostAddress.TryParse(address.ToString(), out var again, out _));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("-oProxyCommand=x")]
    [InlineData("[-x]:22")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:")]
    [InlineData(":22")]
    [InlineData("")]
    [InlineData("[fd00::1")]
    [InlineData("[fd00::1]22")]
    [InlineData("[host]:22")]
    [InlineData("a:b:c")]
    [InlineData("1::2::3")]
    [InlineData("fe80::1%-x y")]
    [InlineData("me@host")]
    [InlineData("ssh://host")]
    [InlineData("host\n")]
    public void Invalid_addresses_are_rejected(string text) => Assert.False(HostAddress.TryParse(text, out _, out _));

    [Theory]
    [InlineData("nginx.service", "nginx.service", false)]
    [InlineData("user:sync.timer", "sync.timer", true)]
    [InlineData(@"dev-disk\x2d1.mount", @"dev-disk\x2d1.mount", false)]
    [InlineData("getty@tty1.service", "getty@tty1.service", false)]
    public void Unit_names_are_parsed(string text, string name, bool isUser)
    {
        Assert.True(UnitName.TryParse(text, out var unit, out _));
        Assert.Equal(new UnitName(name, isUser), unit);
        Assert.Equal(text, unit.ToString());
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("-H.service")]
    [InlineData("user:-H.service")]
    [InlineData("a;b.service")]
    [InlineData("$(x).service")]
    [InlineData("a.service\n")]
    public void Invalid_unit_names_are_rejected(string text) => Assert.False(UnitName.TryParse(text, out _, out _));

    [Fact]
    public void Ssh_keys_of_a_host_override_the_defaults()
    {
        const string Text = """
            hosts:
              - { name: a, address: b }
              - { name: c, address: d, user: root, key_file: ~/.ssh/pve, config_file: none, host_keys: strict, known_hosts: known }
            data_dir: /var/lib/fleet
            ssh: { user: fleet, config_file: cfg, host_keys: accept_new, connect_timeout: 5s }
            """;
        var config = Yml.Load(Text);

        var first = new SshConfig
        {
            User = "fleet",
            ConfigFile = "/etc/fleet/cfg",
            HostKeys = HostKeyPolicy.AcceptNew,
            KnownHosts = "/var/lib/fleet/known_hosts",
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        Assert.Equal(first, config.Hosts[0].Ssh);
        Assert.Equal(
            first with
            {
                User = "root",
                KeyFile = "/home/me/.ssh/pve",
                ConfigFile = null,
                HostKeys = HostKeyPolicy.Strict,
                KnownHosts = "/etc/fleet/known"
            },
            config.Hosts[1].Ssh);
    }

    [Fact]
    public void A_host_without_ssh_defaults_leaves_user_and_key_to_ssh()
    {
        var ssh = Yml.Host("  address: b").Ssh;

        Assert.Null(ssh.User);
        Assert.Null(ssh.KeyFile);
        Assert.Null(ssh.ConfigFile);
    }

    [Fact]
    public void Labels_tmux_users_and_units_are_bound()
    {
        var host = Yml.Host("""
              labels: { site: lab, _x1: "two words" }
              gpu: false
              tmux: { enabled: true, users: [alice, _bob] }
              units: [a.service, "user:a.service"]
            """);

        Assert.Equal(["_x1", "site"], host.Labels.Keys);
        Assert.Equal("two words", host.Labels["_x1"]);
        Assert.Equal(Toggle.False, host.Gpu);
        Assert.Equal(Toggle.True, host.Tmux.Enabled);
        Assert.Equal(["alice", "_bob"], host.Tmux.Users);
        Assert.Equal([new UnitName("a.service", false), new UnitName("a.service", true)], host.Units);
    }

    [Theory]
    [InlineData("labels: { host: x }", "3:13: hosts[0].labels: the label 'host' is reserved; use a name other than host, job, instance and __…")]
    [InlineData("labels: { __x: x }", "3:13: hosts[0].labels: the label '__x' is reserved; use a name other than host, job, instance and __…")]
    [InlineData(
        "labels: { a-b: x }",
        "3:13: hosts[0].labels: 'a-b' is not a valid label name; give letters, digits and _, starting with a letter or _")]
    [InlineData("labels: { a: x, a: y }", "3:19: hosts[0].labels: duplicate label 'a'; the first is on line 3")]
    [InlineData("labels: { a: [x] }", "3:16: hosts[0].labels.a: expected a text, found a list")]
    [InlineData("labels: [a]", "3:11: hosts[0].labels: expected a mapping of label names to strings, found a list")]
    [InlineData("tmux: true", "3:9: hosts[0].tmux: expected a mapping with enabled, users, found 'true'")]
    [InlineData(
        "tmux: { users: [Alice] }",
        "3:19: hosts[0].tmux.users[0]: Alice is not a valid user name; give 1 to 32 of a-z, 0-9, _, ., -; begins with a letter or _")]
    [InlineData(
        "units: [nginx]",
        "3:11: hosts[0].units[0]: nginx is not a unit name with type; give a name such as nginx.service or user:sync.timer")]
    [InlineData("units: [~]", "3:11: hosts[0].units[0]: expected a unit, found nothing")]
    [InlineData("user: root", "3:3: hosts[0].user: has no effect without address: the local machine is read without SSH; give address or remove it")]
    [InlineData("address: me@b", "3:12: hosts[0].address: me@b contains a user; give the host only, and the user in the key user")]
    [InlineData("address: 'b:0'", "3:12: hosts[0].address: b:0 has an invalid port; give 1 to 65535")]
    [InlineData("address: -x", "3:12: hosts[0].address: -x is not a valid address; give host, host:port, [v6]:port or an alias of config_file")]
    [InlineData(
        "max_connecting: 3",
        "3:3: hosts[0]: unknown key 'max_connecting'; allowed keys are name, address, labels, gpu, gpu_polling, gpu_profiling, tmux, exec, commands, "
        + "units, client, user, key_file, config_file, known_hosts, host_keys, connect_timeout")]
    public void Errors_in_keys_of_a_host_have_a_position(string key, string expected) =>
        Assert.Equal([$"fleet.yml:{expected}"], Yml.Errors($"hosts:\n- name: a\n  {key}"));

    [Theory]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("\"\"")]
    public void Host_names_with_invalid_characters_are_rejected(string name) =>
        Assert.Contains("is not a valid name; give 1 to 63 letters", Assert.Single(Yml.Errors($"hosts: [{{ name: {name} }}]")));
}
