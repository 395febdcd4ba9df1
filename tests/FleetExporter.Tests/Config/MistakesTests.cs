namespace FleetExporter.Tests.Config;

public sealed class MistakesTests
{
    [Theory]
    [InlineData("poll_interval: 0s", "1:16: poll_interval: 0s is out of range; give 1s to 1h")]
    [InlineData(
        "poll_interval: 10", "1:16: poll_interval: 10 is not a duration; give a whole number with unit, such as 500ms, 10s, 5m, 72h or 7d")]
    [InlineData("poll_interval: 999999999999999999d", "1:16: poll_interval: 999999999999999999d is out of range; give 1s to 1h")]
    [InlineData("poll_interval: [1s]", "1:16: poll_interval: expected a duration, found a list")]
    [InlineData("legacy_after: 59s", "1:15: legacy_after: 59s is out of range; give 1m to 3650d")]
    [InlineData("stale_after_polls: three", "1:20: stale_after_polls: three is not a whole number; give 1 to 100")]
    [InlineData("stale_after_polls: 0", "1:20: stale_after_polls: 0 is out of range; give 1 to 100")]
    [InlineData("stale_after_polls: 4294967297", "1:20: stale_after_polls: 4294967297 is out of range; give 1 to 100")]
    [InlineData("pol_interval: 1s", "1:1: unknown key 'pol_interval'; did you mean 'poll_interval'?")]
    [InlineData("tmux: {}", "1:1: unknown key 'tmux'; allowed keys are listen, data_dir, poll_interval, stale_after_polls, legacy_after, ssh, hosts, "
        + "services, providers, gateways, tunnels, secret_dirs, allow_link_local_targets, allowed_hosts, anonymous_read, anonymous_control, "
        + "cors_origins, trusted_proxies, tls, keys, "
        + "store, devices, prometheus, alertmanager, grafana_url, thresholds, budgets")]
    [InlineData("services: {}", "1:11: services: expected a list of services, found a mapping")]
    [InlineData("services: [{ name: a }]", "1:12: services[0]: missing key 'url'; give http://… or https://…")]
    [InlineData("services: [{ name: a, url: 'ftp://b' }]", "1:28: services[0].url: ftp://b is not a URL; give http://… or https://…")]
    [InlineData(
        "providers: [{ name: a, url: 'http://u:secret@b' }]",
        "1:29: providers[0].url: the value contains a user or password; remove them and put the secret into a file")]
    [InlineData(
        "gateways: [{ name: a, url: 'ws://b/#c' }]",
        "1:28: gateways[0].url: ws://b/#c contains a fragment (#…), which HTTP does not send; remove it")]
    [InlineData("tunnels: [{ name: a, connect: b }]", "1:31: tunnels[0].connect: b has no port; give host:port")]
    [InlineData(
        "tunnels: [{ name: a, connect: 'b:1', verify: ping }]", "1:46: tunnels[0].verify: ping is not an allowed value; give tcp or banner")]
    [InlineData(
        "hosts: [{ name: a }]\nservices: [{ name: a, url: 'http://b' }]",
        "2:20: services[0]: the name 'a' is already used by the host on line 1; choose another")]
    [InlineData("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", "2:1: duplicate key 'listen'; the first is on line 1")]
    [InlineData("? [a]\n: b", "1:3: expected a key, found a list")]
    [InlineData("- a", "1:1: expected a mapping with keys such as listen, data_dir, poll_interval, stale_after_polls, found a list")]
    [InlineData("hello", "1:1: expected a mapping with keys such as listen, data_dir, poll_interval, stale_after_polls, found 'hello'")]
    [InlineData("data_dir: \"a\\0b\"", "1:11: data_dir: a?b is not a valid path; give one that is not empty and has no control characters")]
    [InlineData("data_dir: ~other/x", "1:11: data_dir: ~other/x refers to the home directory of another user; give an absolute path")]
    [InlineData(
        "ssh: { user: -oProxyCommand=x }",
        "1:14: ssh.user: -oProxyCommand=x is not a valid user name; give 1 to 32 of a-z, 0-9, _, ., -; begins with a letter or _")]
    [InlineData("ssh: { host_keys: none }", "1:19: ssh.host_keys: none is not an allowed value; give strict or accept_new")]
    [InlineData("ssh: { max_connecting: 257 }", "1:24: ssh.max_connecting: 257 is out of range; give 1 to 256")]
    [InlineData("ssh: { connect_timeout: 500ms }", "1:25: ssh.connect_timeout: 500ms is out of range; give 1s to 2m")]
    [InlineData("ssh: { name: x }", "1:8: ssh: unknown key 'name'; allowed keys are client, user, key_file, config_file, known_hosts, host_keys, "
        + "connect_timeout, max_connecting, key_dirs")]
    [InlineData("allowed_hosts: [a, a]", "1:20: allowed_hosts[1]: a is a duplicate; give it once")]
    [InlineData("allowed_hosts: ['a:80']", "1:17: allowed_hosts[0]: a:80 is not a valid host name; give a name or address without a port")]
    [InlineData("allowed_hosts: a", "1:16: allowed_hosts: expected a list of host names, found 'a'")]
    [InlineData("thresholds: { session_cpu_ratio: 0 }", "1:34: thresholds.session_cpu_ratio: 0 is out of range; give a number above 0")]
    [InlineData("thresholds: { session_cpu_ratio: NaN }", "1:34: thresholds.session_cpu_ratio: NaN is not a number; give a number above 0")]
    [InlineData("thresholds: { session_cpu_ratio: 1e999 }", "1:34: thresholds.session_cpu_ratio: 1e999 is out of range; give a number above 0")]
    [InlineData("thresholds: { session_cpu_ratio: 2GiB }", "1:34: thresholds.session_cpu_ratio: 2GiB is not a number; give a number above 0")]
    [InlineData(
        "thresholds: { session_memory_bytes: 2GB }",
        "1:37: thresholds.session_memory_bytes: 2GB is not a size; give a whole number of bytes, or a number with unit such as 64KiB, 4MiB or 2GiB")]
    [InlineData("thresholds: { session_memory: 2GiB }", "1:15: thresholds: unknown key 'session_memory'; did you mean 'session_memory_bytes'?")]
    public void Errors_have_a_position(string text, string expected) => Assert.Equal([$"fleet.yml:{expected}"], Yml.Errors(text));

    [Theory]
    [InlineData("0.0.0.0:9470", "0.0.0.0:9470 is a network address, and keys has no entry (the admin key does not count); "
        + "add one with fleet-exporter key new, or give a loopback address such as 127.0.0.1:9470")]
    [InlineData("'[::]:80'", "[::]:80 is a network address, and keys has no entry (the admin key does not count); "
        + "add one with fleet-exporter key new, or give a loopback address such as 127.0.0.1:80")]
    [InlineData("'[::ffff:127.0.0.1]:80'", "[::ffff:127.0.0.1]:80 is a network address, and keys has no entry (the admin key "
        + "does not count); add one with fleet-exporter key new, or give a loopback address such as 127.0.0.1:80")]
    [InlineData("fleet.lan:80", "fleet.lan:80 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("127.1:80", "127.1:80 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("'*:80'", "*:80 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("127.0.0.1", "127.0.0.1 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("':9470'", ":9470 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("127.0.0.1:65536", "127.0.0.1:65536 is not an address with a port; give one such as 127.0.0.1:9470")]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:1 is not an address with a port; give one such as 127.0.0.1:9470")]
    public void Without_keys_only_loopback_addresses_are_allowed(string listen, string expected) =>
        Assert.Equal([$"fleet.yml:1:9: listen: {expected}"], Yml.Errors($"listen: {listen}"));

    [Theory]
    [InlineData("a: [", "fleet.yml:2:1: not YAML: ")]
    [InlineData("a: b\n c: d", "fleet.yml:2:3: not YAML: ")]
    [InlineData("a: 'b", "fleet.yml:1:4: not YAML: ")]
    [InlineData("hosts:\n\t- name: a", "fleet.yml:2:1: not YAML: the line is indented with a tab; use spaces")]
    [InlineData("hosts:\n- name: a\n\taddress: b", "fleet.yml:3:1: not YAML: the line is indented with a tab; use spaces")]
    [InlineData("hosts:\r\n- name: a\r\n  labels:\r\n  \tx: b", "fleet.yml:4:3: not YAML: the line is indented with a tab; use spaces")]
    [InlineData("a: *b", "fleet.yml:1:4: the alias *b has no anchor defined before it")]
    [InlineData("a: &a [*a]", "fleet.yml:1:8: the alias *a has no anchor defined before it")]
    [InlineData("listen: !!str x", "fleet.yml:1:9: the tag tag:yaml.org,2002:str is not supported; remove it")]
    [InlineData("listen: 127.0.0.1:1\n---\na: b", "fleet.yml:2:1: more than one YAML document; give one")]
    [InlineData("poll_interval: 10s\nli\0sten: x", "fleet.yml:2:3: not YAML: NUL character")]
    public void Invalid_YAML_is_one_error(string text, string start) => Assert.StartsWith(start, Assert.Single(Yml.Errors(text)));

    [Fact]
    public void All_errors_are_reported_in_file_order()
    {
        const string Text = """
            poll_interval: 2h
            listn: 127.0.0.1:1
            hosts:
              - name: a
                gpu: maybe
              - address: b
              - name: a
            ssh: { user: "${NOBODY}" }
            """;

        Assert.Equal(
            [
                "fleet.yml:1:16: poll_interval: 2h is out of range; give 1s to 1h",
                "fleet.yml:2:1: unknown key 'listn'; did you mean 'listen'?",
                "fleet.yml:5:10: hosts[0].gpu: maybe is not an allowed value; give auto, true or false",
                "fleet.yml:6:5: hosts[1]: missing key 'name'; give 1 to 63 letters, digits, ., _, spaces, -; begins with a letter or digit",
                "fleet.yml:7:11: hosts[2]: the name 'a' is already used by the host on line 4; choose another",
                "fleet.yml:8:14: ssh.user: the environment variable NOBODY is not set; set it, or give ${NOBODY:-default}",
            ],
            Yml.Errors(Text));
    }

    [Fact]
    public void Long_and_hostile_values_are_truncated()
    {
        var error = Assert.Single(Yml.Errors($"poll_interval: \"\\e[31m{new string('x', 5000)}\""));

        Assert.StartsWith("fleet.yml:1:16: poll_interval: ?[31mxxx", error);
        Assert.Contains("x… is not a duration", error);
        Assert.InRange(error.Length, 80, 250);
    }

    [Fact]
    public void Nested_aliases_are_limited()
    {
        var levels = Enumerable.Range(1, 20).Select(i => $"l{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]");

        Assert.EndsWith("more than 200000 values, with aliases expanded", Assert.Single(Yml.Errors("l0: &a0 [x]\n" + string.Join('\n', levels))));
    }

    [Fact]
    public void Deep_nesting_is_an_error() =>
        Assert.Equal(["fleet.yml:1:41: nesting exceeds 32 levels"], Yml.Errors("listen: " + new string('[', 100_000)));
}
