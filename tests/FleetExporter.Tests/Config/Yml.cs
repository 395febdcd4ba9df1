using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Tests.Config;

/// <summary>Loads texts as <c>/etc/fleet/fleet.yml</c>, with a test environment.</summary>
internal static class Yml
{
    private static readonly Dictionary<string, string> Env = new()
    {
        ["HOME"] = "/home/me",
        ["WHO"] = "root",
        ["EMPTY"] = "",
        ["NESTED"] = "${WHO}",
    };

    public static ConfigResult Read(string text)
    {
        var result = ConfigFile.Parse(text, "/etc/fleet/fleet.yml", TargetCatalog.Kinds, name => Env.GetValueOrDefault(name));
        Assert.Equal(result.Success, result.Errors.Count == 0);
        return result;
    }

    public static FleetConfig Load(string text)
    {
        var result = Read(text);
        return result.Config ?? throw new FormatException(string.Join('\n', result.Errors));
    }

    /// <summary>The only host of a file, given the lines after <c>- name: a</c>.</summary>
    public static HostConfig Host(string keys) => Assert.Single(Load($"hosts:\n- name: a\n{keys}").Hosts);

    /// <summary>Error messages without the folder.</summary>
    public static string[] Errors(string text) =>
        [.. Read(text).Errors.Select(error => error.ToString().Replace("/etc/fleet/", "", StringComparison.Ordinal))];
}
