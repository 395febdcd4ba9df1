namespace FleetExporter.Config.Yaml;

/// <summary>A position in the file; line and column start at 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A value and its position. An alias has the position of its anchor.</summary>
internal abstract class YamlNode(Position position)
{
    public Position Position { get; } = position;

    /// <summary>Description for error messages.</summary>
    public abstract string Description { get; }
}

internal sealed class YamlScalar(Position position, string text, bool isPlain) : YamlNode(position)
{
    /// <summary>As written, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>Empty, <c>~</c> or <c>null</c>, unquoted.</summary>
    public bool IsNull { get; } = isPlain && text is ("" or "~" or "null" or "Null" or "NULL");

    public bool IsPlain { get; } = isPlain;

    public override string Description => IsNull ? "nothing" : ErrorText.Quote(Text);
}

internal sealed class YamlList(Position position, IReadOnlyList<YamlNode> items) : YamlNode(position)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Description => "a list";
}

/// <summary>Keys and values in file order, duplicates included.</summary>
internal sealed class YamlMap(Position position, IReadOnlyList<YamlEntry> entries) : YamlNode(position)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Description => "a mapping";

    /// <summary>The first entry with this key; null without one.</summary>
    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.IsNamed(key));
}

internal sealed record YamlEntry(YamlNode Key, YamlNode Value)
{
    public bool IsNamed(string key) => Key is YamlScalar scalar && scalar.Text == key;
}
