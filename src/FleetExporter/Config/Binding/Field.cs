using System.Diagnostics.CodeAnalysis;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>One value of fleet.yml while it is bound.</summary>
/// <param name="Binder">The load it belongs to.</param>
/// <param name="Path">Keys from the root, <c>hosts[0].tmux.users</c>; empty for the root.</param>
/// <param name="Node">The value.</param>
/// <param name="IsSecret">Messages do not show the value.</param>
internal sealed record Field(Binder Binder, string Path, YamlNode Node, bool IsSecret = false)
{
    /// <summary>The value is empty, or expands to an empty string, so the default applies.</summary>
    public bool IsNull => Node is YamlScalar scalar
        && (scalar.IsNull || (scalar.Text.Length > 0 && Binder.TryFill(scalar.Text, out var filled, out _) && filled == ""));

    public Field Child(string key, YamlNode node) => this with { Path = Path.Length == 0 ? key : $"{Path}.{key}", Node = node };

    /// <summary>The value of a key of this mapping; null without it.</summary>
    public Field? Find(string key) => (Node as YamlMap)?.Find(key) is { } entry ? Child(key, entry.Value) : null;

    public Field Item(int index, YamlNode node) => this with { Path = $"{Path}[{index}]", Node = node };

    /// <summary>Reports an error at this value.</summary>
    /// <returns>Always false.</returns>
    public bool Fail(string message) => FailAt(Node, message);

    /// <summary>Reports an error at a node inside this value: a key or an item.</summary>
    /// <returns>Always false.</returns>
    public bool FailAt(YamlNode node, string message)
    {
        Binder.Add(node.Position, Path, null, message);
        return false;
    }

    /// <summary>Reports an error about a key of this mapping, given or missing.</summary>
    /// <param name="node">Where it is.</param>
    public void FailKey(YamlNode node, string key, string message) => Binder.Add(node.Position, Path, key, message);

    /// <summary>Reports an error that quotes the value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="error">Predicate after the value: "is not …; give …".</param>
    public bool FailValue(string text, string error)
    {
        var bare = text.Length > 0 && !text.Any(char.IsWhiteSpace);
        return Fail($"{(IsSecret ? "the value" : bare ? ErrorText.Cut(text) : ErrorText.Quote(text))} {error}");
    }

    public bool FailType(string expected) => Fail($"expected {expected}, found {(IsSecret && Node is YamlScalar ? "a value" : Node.Description)}");

    /// <summary>Registers the name and reports an error if another entry of the file has it.</summary>
    /// <param name="kind">Kind of this entry: "host".</param>
    public void ClaimName(string kind, string name)
    {
        if (name.Length > 0 && (Node as YamlMap)?.Find("name") is { } entry
            && !Binder.TryAddName(name, kind, entry.Value.Position.Line, out var owner))
        {
            FailAt(entry.Value, $"the name {ErrorText.Quote(name)} is already used by the {owner}; choose another");
        }
    }

    /// <summary>The text with environment variables expanded.</summary>
    public bool TryText(string expected, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (Node is not YamlScalar { IsNull: false } scalar)
        {
            return FailType(expected);
        }

        return Binder.TryFill(scalar.Text, out text, out var error) || Fail(error);
    }
}
