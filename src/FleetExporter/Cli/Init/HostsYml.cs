using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Cli.Init;

/// <summary>
/// Takes over a hosts.yml of the tmux fleet dashboard: interval, thresholds, SSH settings and hosts. Reports what has no equivalent.
/// </summary>
internal sealed class HostsYml
{
    /// <summary>Keys of <c>alerts</c>: threshold, and the text of fleet.yml for a number.</summary>
    private static readonly Dictionary<string, (string Threshold, Func<decimal, string> Convert)> Alerts = new()
    {
        ["session_cpu_warning"] = ("session_cpu_ratio", Percent),
        ["session_memory_mb_warning"] = ("session_memory_bytes", n => $"{Number(n)}MiB"),
        ["host_cpu_warning"] = ("host_cpu_ratio", Percent),
        ["host_memory_warning"] = ("host_memory_ratio", Percent),
        ["gpu_temp_warning"] = ("gpu_temperature_warning_celsius", Number),
        ["gpu_temp_critical"] = ("gpu_temperature_critical_celsius", Number),
        ["gpu_memory_warning"] = ("gpu_memory_ratio", Percent),
    };

    private readonly InitInput _input;
    private readonly string _file;

    private HostsYml(InitInput input, string file) => (_input, _file) = (input, file);

    public static void AddFile(InitInput input, string file)
    {
        if (input.ReadText(file) is not { } text)
        {
            return;
        }

        try
        {
            if (YamlTree.Read(text) is YamlMap root)
            {
                new HostsYml(input, file).Read(root);
            }
            else
            {
                input.Fail(file, "is not a mapping; give a hosts.yml with hosts");
            }
        }
        catch (YamlFailureException e)
        {
            input.Fail($"{file}:{e.Position.Line}", e.Message);
        }
    }

    private void Read(YamlMap root)
    {
        foreach (var entry in root.Entries)
        {
            switch (KeyOf(entry))
            {
                case "polling_interval_seconds" when NumberOf(entry, 1, 3600) is { } seconds:
                    _input.Settings["poll_interval"] = $"{Number(seconds)}s";
                    break;
                case "legacy_threshold_hours" when NumberOf(entry, 1, 87_600) is { } hours:
                    _input.Settings["legacy_after"] = $"{Number(hours)}h";
                    break;
                case "alerts":
                    ForEach(entry.Value, ReadAlert);
                    break;
                case "ssh":
                    ForEach(entry.Value, ReadSsh);
                    break;
                case "hosts" when entry.Value is YamlList list:
                    list.Items.ToList().ForEach(ReadHost);
                    break;
                case "hosts":
                    _input.Fail(Place(entry.Value), "hosts is not a list");
                    break;
                case "polling_interval_seconds" or "legacy_threshold_hours":
                    break;
                default:
                    NoEquivalent(entry, "");
                    break;
            }
        }
    }

    private void ReadAlert(YamlEntry entry)
    {
        if (!Alerts.TryGetValue(KeyOf(entry), out var alert))
        {
            NoEquivalent(entry, "alerts.");
        }
        else if (NumberOf(entry, 0.01m, 1_000_000, whole: false) is { } number)
        {
            if (_input.Settings["thresholds"] is not System.Text.Json.Nodes.JsonObject thresholds)
            {
                _input.Settings["thresholds"] = thresholds = [];
            }

            thresholds[alert.Threshold] = alert.Convert(number);
        }
    }

    private void ReadSsh(YamlEntry entry)
    {
        switch (KeyOf(entry))
        {
            case "user" when TextOf(entry) is { } user && Kinds.IsUserName(user):
                _input.Ssh["user"] = user;
                break;
            case "user":
                _input.Fail(Place(entry.Value), "user is not a valid user name; give 1 to 32 of a-z, 0-9, _, ., -");
                break;
            case "key_path" when TextOf(entry) is { } path:
                _input.Ssh["key_file"] = PathFrom(path);
                break;
            case "timeout" when NumberOf(entry, 1, 60) is { } seconds:
                _input.Ssh["connect_timeout"] = $"{Number(seconds)}s";
                break;
            case "known_hosts" when entry.Value is YamlScalar { IsNull: true }:
                _input.Note(Place(entry.Key), "known_hosts: null accepts any key; FleetExporter checks them: fleet-exporter trust NAME");
                break;
            case "known_hosts" when TextOf(entry) is { } path:
                _input.Ssh["known_hosts"] = PathFrom(path);
                break;
            case "key_path" or "timeout" or "known_hosts":
                break;
            default:
                NoEquivalent(entry, "ssh.");
                break;
        }
    }

    private void ReadHost(YamlNode node)
    {
        string? name = null, address = null;
        bool? hasGpu = null;
        ForEach(node, entry =>
        {
            switch (KeyOf(entry))
            {
                case "name":
                    name = TextOf(entry);
                    break;
                case "address":
                    address = TextOf(entry);
                    break;
                case "has_gpu" when entry.Value is YamlScalar { Text: "true" or "false" } flag:
                    hasGpu = flag.Text == "true";
                    break;
                case "has_gpu":
                    _input.Fail(Place(entry.Value), "has_gpu is neither true nor false");
                    break;
                default:
                    NoEquivalent(entry, "hosts.");
                    break;
            }
        });
        if (name is null || address is null)
        {
            _input.Fail(Place(node), "a host needs name and address");
        }
        else if (!HostAddress.TryParse(address, out var parsed, out var error))
        {
            _input.Fail(Place(node), $"{ErrorText.Quote(address)} {error}");
        }
        else
        {
            _input.Add(Place(node), new InitHost(name, parsed, HasGpu: hasGpu));
        }
    }

    private void ForEach(YamlNode node, Action<YamlEntry> read)
    {
        if (node is YamlMap map)
        {
            map.Entries.ToList().ForEach(read);
        }
        else if (node is not YamlScalar { IsNull: true })
        {
            _input.Fail(Place(node), $"{node.Description} is not a mapping");
        }
    }

    private string? TextOf(YamlEntry entry)
    {
        if (entry.Value is YamlScalar { IsNull: false, Text: { Length: > 0 } text } && !text.Any(char.IsControl))
        {
            return text;
        }

        _input.Fail(Place(entry.Value), $"{KeyOf(entry)} is not a text of one line");
        return null;
    }

    private decimal? NumberOf(YamlEntry entry, decimal min, decimal max, bool whole = true)
    {
        if (entry.Value is YamlScalar { Text: var text }
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n)
            && n >= min && n <= max && (!whole || n == decimal.Truncate(n)))
        {
            return n;
        }

        _input.Fail(Place(entry.Value), $"{KeyOf(entry)} is not a {(whole ? "whole " : "")}number from {Number(min)} to {Number(max)}");
        return null;
    }

    private string PathFrom(string path) => InitInput.PathFrom(path, Path.GetDirectoryName(Path.GetFullPath(_file))!);

    private void NoEquivalent(YamlEntry entry, string prefix) =>
        _input.Note(Place(entry.Key), $"{prefix}{Printable.Line(KeyOf(entry), 60)} has no equivalent in fleet.yml and was left out");

    private string Place(YamlNode node) => $"{_file}:{node.Position.Line}";

    private static string KeyOf(YamlEntry entry) => (entry.Key as YamlScalar)?.Text ?? "";

    private static string Percent(decimal number) => Number(number / 100);

    private static string Number(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);
}
