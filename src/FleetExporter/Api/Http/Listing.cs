using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Http;

/// <summary>A page of a list.</summary>
/// <param name="NextCursor">Give it as <c>cursor</c> for what follows; null at the end.</param>
internal sealed record Listing<T>(IReadOnlyList<T> Items, string? NextCursor);

internal static class Listing
{
    private const int Most = 500;

    /// <param name="all">In ascending ordinal order of their keys.</param>
    /// <param name="key">What the cursor names: the key of the last item of the page before.</param>
    public static IResult Of<TSource, T>(IEnumerable<TSource> all, Func<TSource, string> key, Func<TSource, T> view, string? limit, string? cursor)
    {
        if (!TryLimit(limit, out var most, out var problem))
        {
            return problem;
        }

        var rest = all.Where(item => cursor is null || string.CompareOrdinal(key(item), cursor) > 0).Take(most + 1).ToList();
        var more = rest.Count > most;
        var items = more ? rest[..^1] : rest;
        return TypedResults.Ok(new Listing<T>([.. items.Select(view)], more ? key(items[^1]) : null));
    }

    /// <summary>The same with the cursor of a list that the store keeps.</summary>
    /// <param name="isCursor">What the list gives out as cursors; null for texts of any kind.</param>
    internal static bool TryPage(
        string? limit, string? cursor, out int most, [NotNullWhen(false)] out IResult? problem, Func<string, bool>? isCursor = null)
    {
        if (TryLimit(limit, out most, out problem) && cursor is not null && (cursor.Any(char.IsControl) || isCursor?.Invoke(cursor) == false))
        {
            problem = Problem.Invalid("cursor", "Give the next_cursor of the page before.");
        }

        return problem is null;
    }

    /// <param name="most">The items of a page; <paramref name="usual"/> when no limit is given.</param>
    internal static bool TryLimit(string? limit, out int most, [NotNullWhen(false)] out IResult? problem, int usual = Most)
    {
        most = usual;
        var valid = limit is null || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most is >= 1 and <= Most);
        problem = valid ? null : Problem.Invalid("limit", $"{Printable.Line(limit!, 20)} is not a number from 1 to {Most}");
        return valid;
    }
}

internal static class RawPath
{
    /// <summary>A segment of the path, decoded once. The router leaves <c>%2F</c> as it is and would confuse it with <c>%252F</c>.</summary>
    /// <param name="fromEnd">0 for the last one.</param>
    public static string Segment(HttpRequest request, int fromEnd)
    {
        // The router has seen the path without its dot segments, and passes over a slash at the end.
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
