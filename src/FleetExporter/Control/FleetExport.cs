using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Config.Yaml;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Writes what was created through the API as fleet.yml has it.</summary>
internal static class FleetExport
{
    /// <summary>
    /// Hosts, then the lists of all kinds that have stored targets, in the order of the kinds. What fleet.yml cannot say, that one is not active, is
    /// a comment.
    /// </summary>
    /// <param name="header">Lines of a comment at the beginning.</param>
    public static string Yaml(string header, IEnumerable<Connection> connections, IEnumerable<WatchedTarget> targets)
    {
        var comments = new Dictionary<JsonNode, string>();
        var hosts = connections.Where(c => c.Source == ConnectionSource.Api).OrderBy(c => c.Name, StringComparer.Ordinal);
        var root = new JsonObject { ["hosts"] = new JsonArray([.. hosts.Select(c => Entry(HostOf(c), c.IsActive, "disconnected"))]) };
        var rows = targets.Select(t => t.Row).OfType<StoredTarget>().ToLookup(r => r.Kind);
        foreach (var kind in TargetCatalog.Kinds.Where(k => rows.Contains(k.Name)))
        {
            root[kind.ListKey] = new JsonArray([.. rows[kind.Name].Select(row => Entry(TargetOf(row), row.IsActive, "not active"))]);
        }

        return YamlText.Of(header, root, comments.GetValueOrDefault);

        JsonObject Entry(JsonObject entry, bool isActive, string comment)
        {
            if (!isActive)
            {
                comments[entry] = comment;
            }

            return entry;
        }
    }

    private static JsonObject HostOf(Connection connection)
    {
        var host = new JsonObject { ["name"] = connection.Name, ["address"] = AddressOf(connection) };
        if (connection.Username is { } user)
        {
            host["user"] = user;
        }

        if (connection.SshKeyPath is { } file)
        {
            host["key_file"] = file;
        }

        if (connection.ExecPolicy != ExecPolicy.Off)
        {
            host["exec"] = new JsonObject { ["policy"] = Words.Of(connection.ExecPolicy) };
        }

        return host;
    }

    private static JsonObject TargetOf(StoredTarget row)
    {
        var target = new JsonObject { ["name"] = row.Name };
        foreach (var (key, value) in JsonNode.Parse(row.Settings)!.AsObject())
        {
            target[key] = value?.DeepClone();
        }

        return target;
    }

    /// <summary>The hostname may be an IPv6 address, with or without brackets.</summary>
    private static string AddressOf(Connection connection)
    {
        var host = connection.Hostname;
        return connection.Port is not { } port ? host
            : string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':') && host[0] != '[' ? $"[{host}]" : host)}:{port}");
    }
}
