using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds labels: Prometheus label names with values.</summary>
internal static partial class LabelMap
{
    public static readonly Kind<ValueMap<string>> Kind = new("mapping", "label names to strings", TryRead);

    private const int MaxValueLength = 256;

    private static readonly Kind<string> Value = Kinds.Text("text", "", (string text, out string? value, out string? error) =>
    {
        error = text.Length is 0 or > MaxValueLength ? $"is out of range; give 1 to {MaxValueLength} characters"
            : text.Any(char.IsControl) ? "contains control characters; give one line of text"
            : null;
        value = error is null ? text : null;
        return error is null;
    });

    private static bool TryRead(Field field, [NotNullWhen(true)] out ValueMap<string>? labels)
    {
        labels = null;
        if (field.Node is not YamlMap map)
        {
            return field.FailType("a mapping of label names to strings");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var valid = true;
        foreach (var (key, node) in map.Entries)
        {
            var name = (key as YamlScalar)?.Text ?? "";
            if (!lines.TryAdd(name, key.Position.Line))
            {
                valid = field.FailAt(key, $"duplicate label {ErrorText.Quote(name)}; the first is on line {lines[name]}");
            }
            else if (!Name().IsMatch(name))
            {
                valid = field.FailAt(key, $"{key.Description} is not a valid label name; give letters, digits and _, starting with a letter or _");
            }
            else if (name is "host" or "job" or "instance" || name.StartsWith("__", StringComparison.Ordinal))
            {
                valid = field.FailAt(key, $"the label {ErrorText.Quote(name)} is reserved; use a name other than host, job, instance and __…");
            }
            else if (Value.TryRead(field.Child(name, node), out var value))
            {
                values.Add(name, value);
            }
            else
            {
                valid = false;
            }
        }

        labels = valid ? new ValueMap<string>(values) : null;
        return valid;
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
