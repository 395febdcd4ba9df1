using System.CommandLine;
using System.Text.Json;
using FleetExporter.Access;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Cli;

/// <summary>Creates a key and prints it with its entry for fleet.yml, which holds the hash only. Stores nothing.</summary>
internal static class KeyCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<string> FormatOption = new Option<string>("--format")
    {
        Description = "text or json.",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    private static readonly Option<string> ScopesOption = new("--scopes")
    {
        Description = "Scopes of the key, separated by commas: read, control, push, admin.",
        HelpName = "read,control",
        DefaultValueFactory = _ => "read",
    };

    private static readonly Argument<string?> NameArgument = new("name")
    {
        Description = "Name of the key, shown in the audit.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> DeviceOption = new("--device")
    {
        Description = "Create a key for this device, which pushes its GPUs, instead of a named key.",
        HelpName = "name",
    };

    static KeyCommand()
    {
        NameArgument.Validators.Add(result => Usage.Check(result, result.Tokens is [var name] ? AccessKeyText.NameError(name.Value) : null));
        DeviceOption.Validators.Add(result => Usage.Check(result, AccessKeyText.NameError(result.GetValueOrDefault<string>() ?? "")));
        ScopesOption.Validators.Add(result => Usage.Check(result, AccessKeyText.ScopesError(result.GetValueOrDefault<string>() ?? "")));
    }

    public static Command Create()
    {
        var command = new Command("new", "Create a key and print it with its line for fleet.yml.")
        {
            NameArgument, ScopesOption, DeviceOption, FormatOption,
        };
        command.Validators.Add(result =>
        {
            var named = result.GetResult(NameArgument) is { Tokens.Count: > 0 };
            var device = result.GetResult(DeviceOption) is { Implicit: false };
            var hasScopes = result.GetResult(ScopesOption) is { Implicit: false };
            Usage.Check(result, named == device ? "Specify either the name of the key or --device NAME."
                : device && hasScopes ? "A device key has no scopes; remove --scopes."
                : null);
        });
        command.SetAction(parsed =>
        {
            var format = parsed.GetValue(FormatOption)!;
            return parsed.GetValue(DeviceOption) is { } device
                ? CreateDeviceKey(device, format, Console.Out)
                : CreateKey(parsed.GetValue(NameArgument)!, AccessKeyText.ScopesOf(parsed.GetValue(ScopesOption)!), format, Console.Out);
        });
        return new Command("key", "Manage keys of the service.") { command };
    }

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
