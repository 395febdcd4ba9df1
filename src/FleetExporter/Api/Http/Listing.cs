using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FleetExporter.Api.Http;

/// <summary>A part of a list in the API.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next items; null at the end.</param>
internal sealed record Listing<T>(IReadOnlyList<T> Items, string? NextCursor);

internal static class Listing
{
    private const int MaxItems = 500;

    /// <param name="all">All items, in ascending ordinal order of their keys.</param>
    /// <param name="key">Key of an item; the cursor is the key of the last item returned.</param>
    public static IResult Of<TSource, T>(IEnumerable<TSource> all, Func<TSource, string> key, Func<TSource, T> view, string? limit, string? cursor)
    {
        if (!TryLimit(limit, out var count, out var problem))
        {
            return problem;
        }

        var (items, next) = Page(all, key, count, cursor);
        return TypedResults.Ok(new Listing<T>([.. items.Select(view)], next));
    }

    /// <summary>The items after the cursor, at most <paramref name="count"/>, and the cursor of the next ones; null at the end.</summary>
    /// <param name="all">All items, in ascending ordinal order of their keys.</param>
    internal static (IReadOnlyList<T> Items, string? NextCursor) Page<T>(IEnumerable<T> all, Func<T, string> key, int count, string? cursor)
    {
        var rest = all.Where(item => cursor is null || string.CompareOrdinal(key(item), cursor) > 0).Take(count + 1).ToList();
        var more = rest.Count > count;
        var items = more ? rest[..^1] : rest;
        return (items, more ? key(items[^1]) : null);
    }

    /// <summary>Reads limit and cursor for a list from the store.</summary>
    /// <param name="isCursor">Whether a text is a valid cursor; null accepts any text.</param>
    internal static bool TryPage(
        string? limit, string? cursor, out int count, [NotNullWhen(false)] out IResult? problem, Func<string, bool>? isCursor = null)
    {
        if (TryLimit(limit, out count, out problem) && cursor is not null && (cursor.Any(char.IsControl) || isCursor?.Invoke(cursor) == false))
        {
            problem = Problem.Invalid("cursor", "Must be the next_cursor of a previous response.");
        }

        return problem is null;
    }

    /// <param name="count">Number of items; <paramref name="defaultCount"/> without a limit.</param>
    internal static bool TryLimit(string? limit, out int count, [NotNullWhen(false)] out IResult? problem, int defaultCount = MaxItems)
    {
        count = defaultCount;
        var valid = limit is null
            || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxItems);
        problem = valid ? null : Problem.Invalid("limit", $"{Printable.Line(limit!, 20)} is not a number from 1 to {MaxItems}");
        return valid;
    }
}

internal static class RawPath
{
    /// <summary>A segment of the path, decoded once. The router does not decode <c>%2F</c> and cannot distinguish it from <c>%252F</c>.</summary>
    /// <param name="fromEnd">0 for the last one.</param>
    public static string Segment(HttpRequest request, int fromEnd)
    {
        // The router matched the path without dot segments and ignores a trailing slash.
        var segments = new List<string>();
        foreach (var raw in request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget
            .Split('?')[0].Split('/'))
        {
            switch (Uri.UnescapeDataString(raw))
            {
                case ".":
                case ".." when segments.Count == 1:
                    break;
                case "..":
                    segments.RemoveAt(segments.Count - 1);
                    break;
                case var segment:
                    segments.Add(segment);
                    break;
            }
        }

        return segments[^(fromEnd + (segments[^1].Length == 0 ? 2 : 1))];
    }
}
