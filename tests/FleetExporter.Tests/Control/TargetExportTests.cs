using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.Tests.Control;

public sealed class TargetExportTests
{
    private static readonly HashSet<string> None = [];

    [Fact]
    public void The_text_loads_as_the_same_targets()
    {
        var config = FleetConfig.Default("/etc/fleet") with { SecretDirs = ["/s"], AllowLinkLocalTargets = true };
        List<WatchedTarget> all =
        [
            .. new[]
            {
                Row("tunnel", "t 1", """{"connect":"[::1]:22","verify":{"http":"http://127.0.0.1/?a=b&c=%20"}}"""),
                Row("tunnel", "on", """{"connect":"x:1","verify":"banner"}"""),
                Row("service", "123", """{"url":"http://a/: 'x' \"y\"","host":"1.5"}"""),
                Row("service", "null", """{"url":"http://ünï/日本","timeout":"100ms"}"""),
                Row("provider", "true", """{"url":"http://x","kind":"llama_cpp","key_file":"/s/a b: #c"}"""),
                Row("gateway", "g", """{"url":"wss://x","channels":["no","1","a b"],"token_file":"/s/-t"}"""),
                Row("service", "off", """{"url":"http://off"}""") with { IsActive = false },
            }.Select(r => WatchedTarget.Of(r, config, None)),
        ];
        Assert.Equal([null, null, null, null, null, null, "it is not active"], all.Select(t => t.Idle));

        var yaml = FleetExport.Yaml("x", [], all);
        var loaded = ConfigFile.Parse(yaml, "/etc/fleet/fleet.yml", TargetCatalog.Kinds, _ => null);

        Assert.True(loaded.Success, $"{string.Join('\n', loaded.Errors)}\n{yaml}");
        Assert.Equal(
            all.Select(t => t.Target!).OrderBy(t => t.Name, StringComparer.Ordinal),
            loaded.Config.Targets.OrderBy(t => t.Name, StringComparer.Ordinal));
        Assert.Contains("# not active\n- name: \"off\"\n", yaml, StringComparison.Ordinal);
        Assert.StartsWith("# x\nhosts: []\nservices:\n- name: \"123\"\n", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_a_stored_target_is_not_watched_is_told()
    {
        var config = Config.Yml.Load(
            "hosts: [{ name: h }]\nservices: [{ name: s, url: 'http://x' }]\ndevices: [{ name: d, key_hash: '" + KeyHash.Of("k") + "' }]");
        Assert.Equal("a host of fleet.yml has the same name; rename one of the two", IdleOf(Row("service", "h", """{"url":"http://x"}""")));
        Assert.Equal("a device of fleet.yml has the same name; rename one of the two", IdleOf(Row("service", "d", """{"url":"http://x"}""")));
        Assert.Equal("a service of fleet.yml has the same name; rename one of the two", IdleOf(Row("tunnel", "s", """{"connect":"x:1"}""")));
        Assert.Equal("a connection has the same name; rename one of the two", IdleOf(Row("service", "c", """{"url":"http://x"}""")));
        Assert.Equal("this version of the exporter does not know its kind", IdleOf(Row("database", "x", "{}")));
        Assert.StartsWith(
            "its settings are not valid here: key_file: give the absolute path",
            IdleOf(Row("provider", "x", """{"url":"http://x","key_file":"/elsewhere/key"}""")), StringComparison.Ordinal);
        Assert.StartsWith(
            "its settings are not valid here: url: http://169.254.169.254 is link-local",
            IdleOf(Row("service", "x", """{"url":"http://169.254.169.254"}""")), StringComparison.Ordinal);

        string? IdleOf(StoredTarget row) => WatchedTarget.Of(row, config, new HashSet<string> { "c" }).Idle;
    }

    private static StoredTarget Row(string kind, string name, string settings) => new()
    {
        Id = Ids.New(DateTimeOffset.UnixEpoch),
        Kind = kind,
        Name = name,
        Settings = JsonDocument.Parse(settings).RootElement.GetRawText(),
    };
}
