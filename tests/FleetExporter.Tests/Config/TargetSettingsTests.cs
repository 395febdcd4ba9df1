using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Tests.Config;

/// <summary>Targets of the API, bound by the keys of fleet.yml.</summary>
public sealed class TargetSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_kind_has_the_keys_types_and_defaults_of_the_file()
    {
        var key = _folder.Write("key", "sk-1");
        Assert.Equal(
            FromFile(
                "hosts: [{ name: h }]\n"
                + "providers: [{ name: p, host: h, url: 'https://x/v1', kind: vllm, timeout: 1500ms, unit: 'user:v.service' }]"),
            Bound("provider", """{"name":"p","host":"h","url":"https://x/v1","kind":"vllm","timeout":"1500ms","unit":"user:v.service"}"""));
        Assert.Equal(key, ((ProviderConfig)Bound("provider", $$"""{"name":"p","url":"http://x","key_file":"{{key}}"}""")).KeyFile);
        Assert.Equal(
            FromFile("gateways: [{ name: g, url: 'ws://x', channels: [discord, Slack] }]"),
            Bound("gateway", """{"name":"g","url":"ws://x","channels":["discord","Slack"],"token_file":null}"""));
        Assert.Equal(
            FromFile("tunnels: [{ name: t, connect: '127.0.0.1:22', verify: { http: 'http://127.0.0.1:1/' } }]"),
            Bound("tunnel", """{"name":"t","connect":"127.0.0.1:22","verify":{"http":"http://127.0.0.1:1/"}}"""));
        Assert.IsType<TunnelCheck.Banner>(((TunnelConfig)Bound("tunnel", """{"name":"t","connect":"a:1","verify":"banner"}""")).Verify);
        Assert.Empty(((GatewayConfig)Bound("gateway", """{"name":"g","url":"wss://x"}""")).Channels);
    }

    public static TheoryData<string, string, string, string> Wrong() => new()
    {
        {
            "service", """{"url":"http://x"}""", "name",
            "missing key 'name'; give 1 to 63 letters, digits, ., _, spaces, -; begins with a letter or digit"
        },
        { "service", """{"name":"a"}""", "url", "missing key 'url'; give http://… or https://…" },
        { "service", """{"name":"a","url":"ftp://x"}""", "url", "ftp://x is not a URL; give http://… or https://…" },
        { "service", """{"name":"a","url":7}""", "url", "7 is not a URL; give http://… or https://…" },
        { "service", """{"name":"a","url":["x"]}""", "url", "expected a URL, found a list" },
        { "service", """{"name":"a","url":{}}""", "url", "expected a URL, found a mapping" },
        {
            "service", """{"name":"a","url":"http://u:p@x"}""", "url",
            "the value contains a user or password; remove them and put the secret into a file"
        },
        { "service", """{"name":"a","url":"http://x","uri":"y"}""", "uri", "unknown key 'uri'; did you mean 'url'?" },
        {
            "service", """{"name":"a","url":"http://x","unit":"a.service"}""", "unit",
            "unknown key 'unit'; allowed keys are name, host, timeout, url"
        },
        { "service", """{"name":"a","url":"http://x","timeout":"2m"}""", "timeout", "2m is out of range; give 100ms to 1m" },
        { "service", """{"name":"a","url":"http://x","timeout":5}""", "timeout", null! },
        { "service", """{"name":"-a","url":"http://x"}""", "name", null! },
        { "service", """{"name":"a","url":"http://x","host":"a/b"}""", "host", null! },
        { "service", """{"name":"a","url":"http://${HOME}/"}""", "url", "contains ${, which only fleet.yml expands; give the value itself" },
        {
            "service", """{"name":"a","url":"http://x","host":"${EMPTY:-}"}""", "host",
            "contains ${, which only fleet.yml expands; give the value itself"
        },
        { "service", """{"name":"a","url":"http://x","host":""}""", "host", null! },
        { "provider", """{"name":"a","url":"http://x","kind":"ollama"}""", "kind", null! },
        { "provider", """{"name":"a","url":"http://x","unit":"a"}""", "unit", null! },
        { "gateway", """{"name":"a","url":"http://x"}""", "url", "http://x is not a URL; give ws://… or wss://…" },
        { "gateway", """{"name":"a","url":"ws://x","channels":"discord"}""", "channels", "expected a list of names, found 'discord'" },
        { "gateway", """{"name":"a","url":"ws://x","channels":["a","a"]}""", "channels[1]", "a is a duplicate; give it once" },
        { "tunnel", """{"name":"a","connect":"x"}""", "connect", "x has no port; give host:port" },
        { "tunnel", """{"name":"a","connect":"x:1","verify":"ping"}""", "verify", "ping is not an allowed value; give tcp or banner" },
        { "tunnel", """{"name":"a","connect":"x:1","verify":{"htp":"http://x"}}""", "verify.htp", "unknown key 'htp'; did you mean 'http'?" },
        { "service", """{"name":"a","url":"http://169.254.169.254/latest"}""", "url", null! },
        { "service", """{"name":"a","url":"http://0xA9FEA9FE/latest"}""", "url", null! },
        { "provider", """{"name":"a","url":"http://[fe80::1]/"}""", "url", null! },
        { "gateway", """{"name":"a","url":"ws://[::ffff:169.254.1.1]/"}""", "url", null! },
        { "tunnel", """{"name":"a","connect":"169.254.1.1:22"}""", "connect", null! },
        { "tunnel", """{"name":"a","connect":"x:22","verify":{"http":"http://0.0.0.0/"}}""", "verify.http", null! },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Every_error_is_told_under_its_key_as_the_file_would(string kind, string json, string key, string? message)
    {
        var (target, errors) = Bind(kind, json);

        Assert.Null(target);
        var error = Assert.Single(errors);
        Assert.Equal(key, error.Key);
        Assert.Equal(message ?? error.Value[0], Assert.Single(error.Value));
    }

    [Fact]
    public void Every_wrong_key_is_told_at_once() => Assert.Equal(
        ["connect", "name", "timeout", "verify", "x"],
        Bind("tunnel", """{"name":"!","connect":"x","timeout":"x","verify":[],"x":1}""").Errors.Keys.Order());

    [Fact]
    public void Secrets_are_files_below_the_allowed_folders_with_links_resolved()
    {
        var allowed = Directory.CreateDirectory(_folder.PathOf("allowed")).FullName;
        var other = Directory.CreateDirectory(_folder.PathOf("other")).FullName;
        File.WriteAllText(Path.Combine(allowed, "key"), "sk-1");
        File.WriteAllText(Path.Combine(other, "key"), "sk-2");
        File.CreateSymbolicLink(Path.Combine(allowed, "out"), Path.Combine(other, "key"));
        File.CreateSymbolicLink(Path.Combine(other, "in"), Path.Combine(allowed, "key"));
        Directory.CreateSymbolicLink(Path.Combine(allowed, "folder"), other);

        foreach (var path in new[] { $"{allowed}/key", $"{other}/in", $"{allowed}/../allowed/key" })
        {
            Assert.Empty(ErrorsOf(path, mustExist: true));
        }

        foreach (var path in new[]
        {
            $"{allowed}/out", $"{other}/key", $"{allowed}/folder/key", $"{allowed}/../other/key", $"{allowed}/absent", allowed, "key", "~/key",
            "/etc/shadow", "",
        })
        {
            var errors = ErrorsOf(path, mustExist: true);
            Assert.Equal(["key_file"], errors.Keys);
            Assert.True(
                path.Length == 0 || errors["key_file"][0] == $"give the absolute path of a readable file in a folder of secret_dirs: {allowed}");
        }

        // A stored one is kept while its file is missing, and never reaches elsewhere.
        Assert.Empty(ErrorsOf($"{allowed}/absent", mustExist: false));
        Assert.NotEmpty(ErrorsOf($"{allowed}/out", mustExist: false));

        Dictionary<string, string[]> ErrorsOf(string path, bool mustExist) => TargetSettings.Bind(
            ProviderConfig.TargetKind, JsonSerializer.SerializeToElement(new { name = "p", url = "http://x", key_file = path }),
            new ApiRules([allowed], mustExist, AllowsLinkLocal: false)).Errors;
    }

    [Fact]
    public void Link_local_addresses_are_allowed_where_the_file_says_so()
    {
        var rules = new ApiRules([], MustExist: true, AllowsLinkLocal: true);
        var (target, errors) = TargetSettings.Bind(
            TargetCatalog.Kinds[0], JsonSerializer.SerializeToElement(new { name = "a", url = "http://169.254.169.254/" }), rules);

        Assert.Empty(errors);
        Assert.False(target!.RefusesLinkLocal);
        Assert.False(Yml.Load("services: [{ name: a, url: 'http://169.254.169.254/' }]").Targets[0].RefusesLinkLocal);
        Assert.True(Yml.Load("allow_link_local_targets: true").AllowLinkLocalTargets);
        Assert.Equal(["/etc/fleet/s", "/etc/fleet/data/secrets"], Yml.Load("secret_dirs: [s]").SecretFolders);
    }

    private static TargetConfig FromFile(string yml) => Yml.Load(yml).Targets[0] with { RefusesLinkLocal = true };

    private TargetConfig Bound(string kind, string json)
    {
        var (target, errors) = Bind(kind, json);
        Assert.True(target is not null, string.Join('\n', errors.Select(e => $"{e.Key}: {e.Value[0]}")));
        return target;
    }

    private (TargetConfig? Target, Dictionary<string, string[]> Errors) Bind(string kind, string json) => TargetSettings.Bind(
        TargetCatalog.Kinds.Single(k => k.Name == kind), JsonDocument.Parse(json).RootElement,
        new ApiRules([_folder.Path], MustExist: true, AllowsLinkLocal: false));
}
