using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Tests.Config;

public sealed class DefaultsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("hosts:\n")]
    [InlineData("poll_interval: 10s")]
    [InlineData("ssh:\nthresholds: {}\n")]
    public void Without_hosts_the_local_machine_is_watched(string text)
    {
        var host = Assert.Single(Yml.Load(text).Hosts);
        Assert.Equal(ThisMachine.Name, host.Name);
        Assert.Null(host.Address);
    }

    [Fact]
    public void Without_a_file_the_local_machine_is_watched_from_the_working_directory()
    {
        var config = ConfigFile.Load(null, TargetCatalog.Kinds, _ => null).Config!;

        Assert.Null(config.SourcePath);
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "data"), config.DataDir);
        Assert.Single(config.Hosts);
    }

    [Fact]
    public void An_empty_list_of_hosts_watches_no_host() => Assert.Empty(Yml.Load("hosts: []").Hosts);

    [Fact]
    public void Defaults_are_those_of_the_records()
    {
        var config = Yml.Load("");

        Assert.Equal("127.0.0.1:9470", config.Listen.ToString());
        Assert.Equal("/etc/fleet/data", config.DataDir);
        Assert.Equal("/etc/fleet/fleet.yml", config.SourcePath);
        Assert.Equal(TimeSpan.FromSeconds(10), config.PollInterval);
        Assert.Equal(3, config.StaleAfterPolls);
        Assert.Equal(TimeSpan.FromHours(72), config.LegacyAfter);
        Assert.Equal(16, config.Ssh.MaxConnecting);
        Assert.Equal(new SshConfig { KnownHosts = "/etc/fleet/data/known_hosts" }, config.Ssh.Host);
        Assert.Equal(17, config.Thresholds.Count);
        Assert.Equal(2.0 * 1024 * 1024 * 1024, config.Thresholds["session_memory_bytes"]);
    }

    public static TheoryData<string, string> WrittenDefaults()
    {
        var data = new TheoryData<string, string>();
        foreach (var (section, keys) in ConfigKeys.Docs(TargetCatalog.Kinds))
        {
            foreach (var key in keys.Where(key => key.Default.Length > 0))
            {
                data.Add(section, $"{key.Name}: {key.Default}");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WrittenDefaults))]
    public void Setting_a_key_to_its_default_changes_nothing(string section, string line)
    {
        var (with, without) = section switch
        {
            "" => (line, ""),
            "ssh" or "thresholds" or "store" or "prometheus" or "alertmanager" => ($"{section}:\n  {line}", ""),
            "tmux" => ($"hosts: [{{ name: a, tmux: {{ {line} }} }}]", "hosts: [{ name: a }]"),
            "exec" => ($"hosts: [{{ name: a, exec: {{ {line} }} }}]", "hosts: [{ name: a }]"),
            "services" or "providers" => Pair(section, "name: a, url: 'http://b'", line),
            "gateways" => Pair(section, "name: a, url: 'ws://b'", line),
            "devices" => Pair(section, $"name: a, key_hash: '{KeyHash.Of("k")}'", line),
            "tunnels" => Pair(section, "name: a, connect: 'b:1'", line),
            _ => ($"hosts: [{{ name: a, address: b, {line} }}]", "hosts: [{ name: a, address: b }]"),
        };

        Assert.Equal(Yml.Load(without), Yml.Load(with));

        static (string With, string Without) Pair(string section, string least, string line) =>
            ($"{section}: [{{ {least}, {line} }}]", $"{section}: [{{ {least} }}]");
    }

    [Theory]
    [InlineData("box", "box")]
    [InlineData("büro-pc", "b-ro-pc")]
    [InlineData("-x", "x")]
    [InlineData("ü", "localhost")]
    [InlineData("", "localhost")]
    public void A_machine_name_is_converted_to_a_host_name(string machine, string expected) => Assert.Equal(expected, ThisMachine.NameOf(machine));
}
