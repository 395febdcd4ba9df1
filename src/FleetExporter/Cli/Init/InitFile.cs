using System.Text.Json.Nodes;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Cli.Init;

/// <summary>The text of the new fleet.yml.</summary>
internal static class InitFile
{
    private const string Header = """
        fleet.yml: what FleetExporter monitors. docs/configuration.md describes every key; an omitted key has its default.
        Written by fleet-exporter init. Comments above hosts are what init found; fleet-exporter probe NAME tests a host again.
        A running exporter reloads the file when it changes. fleet-exporter check lists mistakes with their lines.
        """;

    /// <param name="comments">Lines above hosts, by name.</param>
    public static string Text(InitInput input, IReadOnlyDictionary<string, IReadOnlyList<string>> comments)
    {
        var root = new JsonObject();
        foreach (var (key, value) in input.Settings)
        {
            root[key] = value?.DeepClone();
        }

        if (input.Ssh.Count > 0)
        {
            root["ssh"] = input.Ssh.DeepClone();
        }

        var lines = new Dictionary<JsonNode, string>();
        var hosts = new JsonArray();
        foreach (var host in input.Hosts)
        {
            var entry = EntryOf(host);
            hosts.Add(entry);
            IReadOnlyList<string> above = [.. comments.GetValueOrDefault(host.Name) ?? [], .. host.Notes ?? []];
            if (above.Count > 0)
            {
                lines[entry] = string.Join('\n', above.Select(line => Printable.Line(line, 400)));
            }
        }

        root["hosts"] = hosts;
        return YamlText.Of(Header.ReplaceLineEndings("\n"), root, lines.GetValueOrDefault);
    }

    private static JsonObject EntryOf(InitHost host)
    {
        var entry = new JsonObject { ["name"] = host.Name };
        (string Key, JsonNode? Value)[] optional =
        [
            ("address", host.Address?.ToString()), ("user", host.User), ("key_file", host.KeyFile), ("gpu", host.HasGpu),
        ];
        foreach (var (key, value) in optional.Where(o => o.Value is not null))
        {
            entry[key] = value;
        }

        return entry;
    }
}
