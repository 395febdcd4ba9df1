using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FleetExporter.Onboarding.Export;

/// <summary>A list of fleet.yml with its items.</summary>
/// <param name="Key">Such as <c>hosts</c>.</param>
internal sealed record ExportSection(string Key, IReadOnlyList<ExportItem> Items);

/// <summary>An item of a list: its keys in order.</summary>
/// <param name="Comment">A line above it; null for none.</param>
internal sealed record ExportItem(string? Comment, IReadOnlyList<ExportValue> Values);

/// <summary>A key of an item.</summary>
/// <param name="Text">Its value; null if <paramref name="Values"/> has a mapping.</param>
internal sealed record ExportValue(string Key, string? Text, IReadOnlyList<ExportValue>? Values = null);

/// <summary>Writes sections of fleet.yml. Every value is quoted, so that it stays the text it is.</summary>
internal static class FleetYml
{
    public static string Write(string header, IEnumerable<ExportSection> sections)
    {
        using var text = new StringWriter { NewLine = "\n" };
        foreach (var line in header.Split('\n'))
        {
            text.WriteLine($"# {line}".TrimEnd());
        }

        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        emitter.Emit(new MappingStart());
        foreach (var section in sections)
        {
            emitter.Emit(new Scalar(section.Key));
            var style = section.Items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block;
            emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
            foreach (var item in section.Items)
            {
                if (item.Comment is { } comment)
                {
                    emitter.Emit(new Comment(Printable.Line(comment, 200), isInline: false));
                }

                Emit(emitter, item.Values, MappingStyle.Block);
            }

            emitter.Emit(new SequenceEnd());
        }

        emitter.Emit(new MappingEnd());
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, IReadOnlyList<ExportValue> values, MappingStyle style)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
        foreach (var value in values)
        {
            emitter.Emit(new Scalar(value.Key));
            if (value.Values is { } inner)
            {
                Emit(emitter, inner, MappingStyle.Flow);
                continue;
            }

            // fleet.yml expands ${NAME}.
            var literal = value.Text!.Replace("${", "$${", StringComparison.Ordinal);
            emitter.Emit(new Scalar(
                AnchorName.Empty, TagName.Empty, literal, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true));
        }

        emitter.Emit(new MappingEnd());
    }
}
