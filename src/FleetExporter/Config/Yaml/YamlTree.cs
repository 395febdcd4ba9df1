using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FleetExporter.Config.Yaml;

/// <summary>Builds nodes from YamlDotNet's parser events. YamlDotNet's own tree fails at the first duplicate key; this one keeps all.</summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 32;

    // Nodes count once per alias: nested aliases could otherwise expand to billions of nodes.
    private const int MaxNodes = 200_000;

    private const int MaxReasonLength = 300;

    private readonly string _text;
    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly Dictionary<string, (YamlNode Node, int Size)> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private Position _position = new(1, 1);

    private YamlTree(string text)
    {
        _text = text;
        _scanner = new Scanner(new StringReader(text));
        _parser = new Parser(_scanner);
    }

    /// <returns>The root of the document, or null for an empty file.</returns>
    /// <exception cref="YamlFailureException">A syntax error, a second document, a tag, an unknown alias, or more nodes than allowed.</exception>
    public static YamlNode? Read(string text)
    {
        if (NulError(text) is { } error)
        {
            throw error;
        }

        var tree = new YamlTree(text);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException failure)
        {
            throw tree.TabError()
                ?? new YamlFailureException(PositionOf(failure.Start), $"not YAML: {ErrorText.Cut(failure.Message, MaxReasonLength)}");
        }
        catch (Exception failure) when (failure is not YamlFailureException)
        {
            // The scanner can fail unexpectedly on hostile input; an invalid file must not end the exporter.
            throw new YamlFailureException(tree._position, $"not YAML: {ErrorText.Cut(failure.Message, MaxReasonLength)}");
        }
    }

    private YamlNode? ReadDocument()
    {
        Next<StreamStart>();
        if (Next() is not DocumentStart)
        {
            return null;
        }

        var root = ReadNode(Next(), 0);
        Next<DocumentEnd>();
        if (Next() is DocumentStart second)
        {
            throw new YamlFailureException(PositionOf(second.Start), "more than one YAML document; give one");
        }

        return root;
    }

    private YamlNode ReadNode(ParsingEvent start, int depth)
    {
        var position = PositionOf(start.Start);
        if (depth > MaxDepth)
        {
            throw new YamlFailureException(position, $"nesting exceeds {MaxDepth} levels");
        }

        if (start is AnchorAlias alias)
        {
            return Resolve(alias, position);
        }

        var nodesBefore = _nodes;
        Count(1, position);
        var (anchor, tag) = start is NodeEvent node ? (node.Anchor, node.Tag) : default;
        if (!tag.IsEmpty)
        {
            throw new YamlFailureException(position, $"the tag {ErrorText.Cut(tag.ToString())} is not supported; remove it");
        }

        var read = start switch
        {
            Scalar scalar => new YamlScalar(position, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new YamlList(position, ReadItems(depth)),
            MappingStart => new YamlMap(position, ReadEntries(depth)),
            _ => (YamlNode)new YamlScalar(position, "", isPlain: true),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = (read, _nodes - nodesBefore);
        }

        return read;
    }

    private List<YamlNode> ReadItems(int depth)
    {
        var items = new List<YamlNode>();
        for (var next = Next(); next is not SequenceEnd; next = Next())
        {
            items.Add(ReadNode(next, depth + 1));
        }

        return items;
    }

    private List<YamlEntry> ReadEntries(int depth)
    {
        var entries = new List<YamlEntry>();
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            entries.Add(new YamlEntry(ReadNode(next, depth + 1), ReadNode(Next(), depth + 1)));
        }

        return entries;
    }

    // A node is registered when complete, so an alias inside its own anchor is unknown and no cycle can arise.
    private YamlNode Resolve(AnchorAlias alias, Position position)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new YamlFailureException(position, $"the alias *{ErrorText.Cut(alias.Value.Value)} has no anchor defined before it");
        }

        Count(anchored.Size, position);
        return anchored.Node;
    }

    private void Count(int nodes, Position position)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new YamlFailureException(position, $"more than {MaxNodes} values, with aliases expanded");
        }
    }

    private ParsingEvent Next()
    {
        while (_parser.MoveNext())
        {
            var current = _parser.Current!;
            _position = PositionOf(current.Start);
            if (current is not Comment)
            {
                return current;
            }
        }

        throw new YamlFailureException(_position, "not YAML: unexpected end of file");
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is var next && next is not T)
        {
            throw new YamlFailureException(PositionOf(next.Start), "not YAML: unexpected content");
        }
    }

    // For a tab in the indentation, the scanner reports the start of the preceding value.
    private YamlFailureException? TabError()
    {
        var mark = _scanner.CurrentPosition;
        var line = _text.AsSpan(0, (int)Math.Min(mark.Index, _text.Length));
        line = line[(line.LastIndexOfAny('\n', '\r') + 1)..];
        return mark.Index < _text.Length && _text[(int)mark.Index] == '\t' && line.IsWhiteSpace()
            ? new YamlFailureException(PositionOf(mark), "not YAML: the line is indented with a tab; use spaces")
            : null;
    }

    private static Position PositionOf(Mark mark) => new((int)mark.Line, (int)mark.Column);

    // The scanner takes NUL as the end of the file and would drop the rest.
    private static YamlFailureException? NulError(string text)
    {
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul < 0)
        {
            return null;
        }

        var line = text.AsSpan(0, nul).Count('\n') + 1;
        var column = nul - text.LastIndexOf('\n', nul);
        return new YamlFailureException(new Position(line, column), "not YAML: NUL character");
    }
}
