namespace FleetExporter.Store;

/// <summary>A page of a list of the API.</summary>
/// <param name="NextCursor">Cursor of the next page; null at the end.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>Maximum number of items of a page.</summary>
    public const int MaxItems = 500;

    /// <param name="found">Up to one item more than <paramref name="limit"/>.</param>
    /// <param name="key">Cursor value of an item.</param>
    internal static Page<T> Of(IReadOnlyList<T> found, int limit, Func<T, string> key) =>
        found.Count > limit ? new([.. found.Take(limit)], key(found[limit - 1])) : new(found, null);
}
