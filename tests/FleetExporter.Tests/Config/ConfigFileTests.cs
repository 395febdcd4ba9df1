using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Views;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Config;

public sealed class ConfigFileTests
{
    [Fact]
    public void The_example_loads()
    {
        var result = ConfigFile.Load(Repository.PathOf("config", "fleet.example.yml"), TargetCatalog.Kinds, _ => null);

        Assert.Empty(result.Errors);
        Assert.Equal(["workstation", "dgx-spark", "thebeast", "pve1", "gpu-rack-7"], result.Config!.Hosts.Select(host => host.Name));
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("fleet.yml");

        Assert.Equal($"{path}: file not found; give the path of a fleet.yml", Only(ConfigFile.Load(path, TargetCatalog.Kinds, _ => null)));
        Assert.Equal(
            $"{folder.Path}: is a directory; give the path of a fleet.yml", Only(ConfigFile.Load(folder.Path, TargetCatalog.Kinds, _ => null)));
    }

    [Fact]
    public void A_file_that_is_too_long_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("fleet.yml", new string('#', (4 << 20) + 1));

        Assert.Equal($"{path}: the file exceeds 4 MiB", Only(ConfigFile.Load(path, TargetCatalog.Kinds, _ => null)));
    }

    [Fact]
    public void Relative_paths_are_resolved_against_the_folder_of_the_file()
    {
        using var folder = new TemporaryFolder();

        var config = ConfigFile.Load(folder.Write("fleet.yml", "data_dir: d"), TargetCatalog.Kinds, _ => null).Config!;

        Assert.Equal(folder.PathOf("d"), config.DataDir);
        Assert.Equal(folder.PathOf("fleet.yml"), config.SourcePath);
    }

    [Fact]
    public void Arbitrary_text_does_not_throw() => Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll<string?>(text => Yml.Read(text ?? "") is not null));

    [Fact]
    public void Arbitrary_YAML_fragments_do_not_throw()
    {
        string[] pieces =
        [
            "hosts", "ssh", "name", "tmux", "listen", "thresholds", ": ", ":", "- ", "\n",
            "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", "\"", "&a ", "*a", "!t ",
            "|", ">", "|2-\n", "? ", "%YAML 1.2\n", "%TAG ! x\n", "---\n", "...\n", "#", "~",
            "<<", "${A}", "${", "$${", "10s", "\\", "\t", "\u0000", "\ufeff", "é", "\ud800",
        ];
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(5000),
            Prop.ForAll(Gen.Elements(pieces).ListOf().Select(list => string.Concat(list)).ToArbitrary(), text => Yml.Read(text) is not null));
    }

    [Fact]
    public void The_view_shows_the_effective_configuration()
    {
        var config = Yml.Load("hosts: [{ name: a }, { name: b, address: 'c:22', key_file: k, units: ['user:x.timer'] }]");

        var json = JsonSerializer.SerializeToElement(ConfigView.Of(config), Snake);

        Assert.Equal("10s", json.GetProperty("poll_interval").GetString());
        Assert.Equal("72h", json.GetProperty("legacy_after").GetString());
        Assert.Equal(0.8, json.GetProperty("thresholds").GetProperty("session_cpu_ratio").GetDouble());
        var hosts = json.GetProperty("hosts");
        Assert.Equal(JsonValueKind.Null, hosts[0].GetProperty("ssh").ValueKind);
        Assert.Equal("c:22", hosts[1].GetProperty("address").GetString());
        Assert.Equal("/etc/fleet/k", hosts[1].GetProperty("ssh").GetProperty("key_file").GetString());
        Assert.Equal("user:x.timer", hosts[1].GetProperty("units")[0].GetString());
    }

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static string Only(ConfigResult result) => Assert.Single(result.Errors).ToString();
}
