namespace FleetExporter.Store;

/// <summary>A page of a list.</summary>
/// <param name="NextCursor">Given back, it asks for what follows; null at the end.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>Most items of a page.</summary>
    public const int Most = 500;

    /// <param name="found">One more than the page takes, where there are more.</param>
    /// <param name="key">What the cursor names.</param>
    internal static Page<T> Of(IReadOnlyList<T> found, int limit, Func<T, string> key) =>
        found.Count > limit ? new([.. found.Take(limit)], key(found[limit - 1])) : new(found, null);
}
