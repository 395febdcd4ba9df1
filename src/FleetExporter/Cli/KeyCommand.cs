using System.Text.Json;
using FleetExporter.Access;
using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>Creates a key and prints it with its entry for fleet.yml, which holds the hash only. Stores nothing.</summary>
internal static class KeyCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Creates a key for <c>keys</c>.</summary>
    public static int CreateKey(string name, IReadOnlyList<string> scopes, string format, TextWriter output)
    {
        var (key, hash) = Random();
        var entry = $"- {{ name: {Quoted(name)}, hash: \"{hash}\", scopes: [{string.Join(", ", scopes)}] }}";
        Write(format == "json" ? new { name, key, hash, scopes, fleet_yml = entry } : null, key, "keys", entry, output);
        return 0;
    }

    /// <summary>Creates a key for an entry of <c>devices</c>.</summary>
    public static int CreateDeviceKey(string name, string format, TextWriter output)
    {
        var (key, hash) = Random();
        var entry = $"- {{ name: {Quoted(name)}, key_hash: \"{hash}\" }}";
        Write(format == "json" ? new { name, key, hash, fleet_yml = entry } : null, key, "devices", entry, output);
        if (format != "json")
        {
            output.WriteLine("On the device, with only the key in device.key:");
            output.WriteLine("  fleet-exporter agent --push https://THIS-SERVICE:9470 --key-file device.key");
        }

        return 0;
    }

    private static (string Key, string Hash) Random()
    {
        var key = AdminKey.Random();
        return (key, KeyHash.Of(key).ToString());
    }

    private static string Quoted(string name) => name.Contains(' ') ? $"\"{name}\"" : name;

    private static void Write(object? json, string key, string section, string entry, TextWriter output)
    {
        if (json is not null)
        {
            output.WriteLine(JsonSerializer.Serialize(json, Indented));
            return;
        }

        output.WriteLine($"key: {key}");
        output.WriteLine($"It is not shown again. Add to fleet.yml under {section}:");
        output.WriteLine($"  {entry}");
    }
}
