using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Views;

namespace FleetExporter.Tests.Config;

public sealed class AccessKeysTests
{
    // printf %s secret | sha256sum
    private const string Hash = "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    private const string Other = "sha256:0000000000000000000000000000000000000000000000000000000000000001";

    [Fact]
    public void Keys_are_bound_with_their_scopes()
    {
        var key = Assert.Single(Yml.Load($"keys: [{{ name: ops, hash: '{Hash}', scopes: [read, control] }}]").Keys);

        Assert.Equal("ops", key.Name);
        Assert.Equal(KeyHash.Of("secret"), key.Hash);
        Assert.Equal(Hash, KeyHash.Of("secret").ToString());
        Assert.Equal([Scope.Read, Scope.Control], key.Scopes);
    }

    [Theory]
    [InlineData("keys: {}", "1:7: keys: expected a list of keys, found a mapping")]
    [InlineData("keys: [{ name: a }]", "1:8: keys[0]: missing key 'hash'; "
        + "give sha256: and 64 lower-case hex digits|1:8: keys[0]: missing key 'scopes'; give read, control, push, admin")]
    [InlineData(
        "keys: [{ name: a, hash: swordfish, scopes: [read] }]",
        "1:25: keys[0].hash: the value is not a key hash; give sha256: and 64 lower-case hex digits, as printed by fleet-exporter key new")]
    [InlineData(
        "keys: [{ name: a, hash: '" + Hash + "', scopes: [] }]",
        "1:8: keys[0]: scopes is empty; give at least one of read, control, push, admin")]
    [InlineData(
        "keys: [{ name: a, hash: '" + Hash + "', scopes: [root] }]",
        "1:109: keys[0].scopes[0]: root is not an allowed value; give read, control, push or admin")]
    [InlineData(
        "keys: [{ name: admin, hash: '" + Hash + "', scopes: [read] }]",
        "1:8: keys[0]: the name 'admin' is reserved; choose another")]
    [InlineData(
        "keys: [{ name: a, hash: '" + Hash + "', scopes: [read] }, { name: a, hash: '" + Other + "', scopes: [read] }]",
        "1:118: keys[1]: duplicate key name 'a'; choose another")]
    [InlineData(
        "keys: [{ name: a, hash: '" + Hash + "', scopes: [read] }, { name: b, hash: '" + Hash + "', scopes: [read] }]",
        "1:118: keys[1]: the hash is that of key 'a'; create a new key with fleet-exporter key new")]
    [InlineData("anonymous_read: always", "1:17: anonymous_read: always is not an allowed value; give loopback or never")]
    [InlineData("cors_origins: ['*']", "1:16: cors_origins[0]: * is not a valid origin; "
        + "give https://host or https://host:port in lower case, without a path or the default port")]
    [InlineData("cors_origins: ['https://a/']", "1:16: cors_origins[0]: https://a/ is not a valid origin; "
        + "give https://host or https://host:port in lower case, without a path or the default port")]
    [InlineData("cors_origins: ['https://a:443']", "1:16: cors_origins[0]: https://a:443 is not a valid origin; "
        + "give https://host or https://host:port in lower case, without a path or the default port")]
    [InlineData("trusted_proxies: 10.0.0.7", "1:18: trusted_proxies: expected a list of networks, found '10.0.0.7'")]
    [InlineData("trusted_proxies: [10.0.0.7, 10.0.0.7/32]", "1:29: trusted_proxies[1]: 10.0.0.7/32 is a duplicate; give it once")]
    [InlineData("anonymous_control: 'off'", "1:20: anonymous_control: off is not an allowed value; give loopback or never")]
    [InlineData(
        "anonymous_read: never\nanonymous_control: loopback",
        "2:20: anonymous_control: loopback requires anonymous_read: loopback; change one of the two")]
    [InlineData("tls: { key_file: k }", "1:6: tls: certificate_file and key_file must be set together; give both or neither")]
    [InlineData("store: { connection: mysql }", "1:22: store.connection: the value is not a valid store; "
        + "give sqlite, or postgres://user:password@host:port/database with sslmode, sslrootcert or host as query parameters")]
    [InlineData("store: { connection: 'postgres://u:hunter2@h/d?x=1' }", "1:22: store.connection: the value is not a valid store; "
        + "give sqlite, or postgres://user:password@host:port/database with sslmode, sslrootcert or host as query parameters")]
    [InlineData("store: { connection: sqlite, connection_file: a }", "1:8: store: connection and connection_file exclude each other; "
        + "give one|1:47: store.connection_file: 'a' cannot be read; give a readable file that contains the connection")]
    public void Errors_have_a_position_and_never_show_secrets(string text, string expected) =>
        Assert.Equal(expected.Split('|').Select(e => $"fleet.yml:{e}"), Yml.Errors(text));

    [Theory]
    [InlineData("postgres://u:p%40w@db:5433/fleet?sslmode=verify-full&sslrootcert=/etc/ca.pem", "db", 5433, "p@w", "verify-full")]
    [InlineData("postgresql://u@[::1]/fleet", "::1", 5432, null, "prefer")]
    [InlineData("postgres://u@/fleet?host=/run/postgresql", "/run/postgresql", 5432, null, "prefer")]
    public void A_PostgreSQL_url_is_parsed_and_displayed_without_its_password(string url, string host, int port, string? password, string ssl)
    {
        var config = Yml.Load($"store: {{ connection: '{url}' }}");
        var store = Assert.IsType<StoreConfig.Postgres>(config.Store);

        Assert.Equal((host, port, password, ssl, "u", "fleet"), (store.Host, store.Port, store.Password, store.SslMode, store.User, store.Database));
        Assert.DoesNotContain("p@w", store.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p@w", JsonSerializer.Serialize(ConfigView.Of(config)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy.lan", null)]
    [InlineData("10.1", null)]
    [InlineData("2130706433", null)]
    [InlineData("::ffff:10.0.0.1", null)]
    [InlineData("10.0.0.0/33", null)]
    [InlineData("10.0.0.0/x", null)]
    [InlineData("10.0.0.0/-1", null)]
    [InlineData("[::1]", null)]
    [InlineData("0.0.0.0/0", "matches every address; give the addresses of the proxies only")]
    [InlineData("::/0", "matches every address; give the addresses of the proxies only")]
    [InlineData("10.1.2.3/8", "has host bits set; give 10.0.0.0/8 for the network, or the address without a prefix")]
    [InlineData("fd00::1/9", "has host bits set; give fd00::/9 for the network, or the address without a prefix")]
    public void Invalid_proxies_are_rejected(string text, string? error) => Assert.Equal(
        $"fleet.yml:1:19: trusted_proxies[0]: {text} {error ?? "is not an address or a network; give one such as 10.0.0.7, 10.0.0.0/8 or fd00::/8"}",
        Assert.Single(Yml.Errors($"trusted_proxies: ['{text}']")));

    [Fact]
    public void Trusted_proxies_are_addresses_and_networks_and_keep_their_notation()
    {
        var config = Yml.Load("trusted_proxies: [127.0.0.1, '::1', 10.0.0.0/8, 'fd00::/8', 192.0.2.128/25]");

        Assert.Equal(["127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8", "192.0.2.128/25"], ConfigView.Of(config).TrustedProxies);
        Assert.True(config.TrustedProxies[4].Contains(System.Net.IPAddress.Parse("192.0.2.200")));
        Assert.False(config.TrustedProxies[4].Contains(System.Net.IPAddress.Parse("192.0.2.100")));
        Assert.Equal(config, Yml.Load("trusted_proxies: [127.0.0.1, '::1', 10.0.0.0/8, 'fd00::/8', 192.0.2.128/25]"));
    }

    [Theory]
    [InlineData("127.0.0.1:1", "anonymous_control: every local user can act on hosts and run commands without a key")]
    [InlineData("0.0.0.0:1", "anonymous_control: has no effect, because listen is a network address")]
    public void Anonymous_control_gives_a_warning(string listen, string warning)
    {
        var result = Yml.Read($"listen: {listen}\nanonymous_control: loopback\nkeys: [{{ name: ops, hash: '{Hash}', scopes: [read] }}]");

        Assert.Contains(warning, result.Warnings);
        Assert.Contains(warning, ConfigView.Of(result.Config!).Warnings);
    }

    [Theory]
    [InlineData("ops:read:" + Hash, "ops read")]
    [InlineData("my key:read, push:" + Hash, "my key read,push")]
    [InlineData("ops:read", "'ops:read' is not a key; give NAME:SCOPES:HASH")]
    [InlineData("admin:read:" + Hash, "the name 'admin' is reserved; choose another")]
    [InlineData("ops:root:" + Hash, "'root' is not a scope; give read, control, push, admin")]
    [InlineData(
        "ops:read:secret",
        "the hash of 'ops' is not a key hash; give sha256: and 64 lower-case hex digits, as printed by fleet-exporter key new")]
    public void Keys_of_the_command_line_follow_the_rules_of_the_file(string text, string expected) => Assert.Equal(
        expected,
        AccessKeyText.TryParse(text, out var key, out var error) ? $"{key.Name} {string.Join(',', key.Scopes.Select(s => s.Word()))}" : error);

    [Fact]
    public void The_view_has_names_of_keys_and_no_hashes()
    {
        var shown = JsonSerializer.Serialize(ConfigView.Of(Yml.Load($"keys: [{{ name: ops, hash: '{Hash}', scopes: [push] }}]")));

        Assert.Contains("ops", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash[7..], shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Scope.Read, "read")]
    [InlineData(Scope.Control, "read,control")]
    [InlineData(Scope.Push, "push")]
    [InlineData(Scope.Admin, "read,control,push,admin")]
    public void A_scope_allows_only_what_it_includes(Scope held, string allowed) =>
        Assert.Equal(allowed, string.Join(',', Enum.GetValues<Scope>().Where(needed => new[] { held }.Allow(needed)).Select(s => s.Word())));

    [Fact]
    public void A_key_permits_a_network_address()
    {
        var result = Yml.Read($"listen: 0.0.0.0:1\nkeys: [{{ name: ops, hash: '{Hash}', scopes: [read] }}]");

        Assert.True(result.Success);
        Assert.Equal(["listen: without tls, keys are sent over the network in clear text"], result.Warnings);
    }

    [Fact]
    public void A_reload_without_keys_fails_on_a_network_address()
    {
        var text = $"listen: 0.0.0.0:1\nkeys: [{{ name: ops, hash: '{Hash}', scopes: [read] }}]";
        ConfigResult Load() => Yml.Read(text);
        var live = new LiveConfig(Load().Config!, Load, new FakeClock());

        // The running address is kept until a restart, so a loopback address in the file does not help.
        text = "listen: 127.0.0.1:1";
        var result = live.Reload();

        Assert.StartsWith(
            "/etc/fleet/fleet.yml: listen: the running 0.0.0.0:1 is a network address, and keys has no entry",
            Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Single(live.Current.Keys);
        Assert.False(live.LastReloadSuccess);
    }
}
