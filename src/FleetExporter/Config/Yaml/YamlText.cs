using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FleetExporter.Config.Yaml;

/// <summary>Writes JSON as text of fleet.yml that reads as the same values: texts are quoted, keys are not.</summary>
internal static class YamlText
{
    /// <param name="header">Lines of a comment at the beginning.</param>
    /// <param name="commentOf">Lines above an item of a list, printable; null for none.</param>
    /// <returns>A document that ends with a line feed.</returns>
    public static string Of(string header, JsonObject root, Func<JsonNode, string?> commentOf)
    {
        using var text = new StringWriter { NewLine = "\n" };
        foreach (var line in header.Split('\n'))
        {
            text.WriteLine($"# {line}".TrimEnd());
        }

        var emitter = new Emitter(text, EmitterSettings.Default.WithBestWidth(int.MaxValue).WithNewLine("\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, root, commentOf);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Write(Emitter emitter, JsonNode? node, Func<JsonNode, string?> commentOf)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    emitter.Emit(new Scalar(key));
                    Write(emitter, value, commentOf);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in list)
                {
                    if (item is not null && commentOf(item) is { } comment)
                    {
                        foreach (var line in comment.Split('\n'))
                        {
                            emitter.Emit(new Comment(line, isInline: false));
                        }
                    }

                    Write(emitter, item, commentOf);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case { } value when value.GetValueKind() == JsonValueKind.String:
                // fleet.yml expands ${NAME}.
                var literal = value.GetValue<string>().Replace("${", "$${", StringComparison.Ordinal);
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, literal, ScalarStyle.DoubleQuoted, false, true));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }
}
