using FleetExporter.Api.Http;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>Rows of all gateways.</summary>
/// <param name="Sources">By gateway: how old the rows are, or why there are none.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next items; null at the end.</param>
internal sealed record MonitoredListing<T>(IReadOnlyList<MonitoredPart> Sources, IReadOnlyList<T> Items, string? NextCursor);

internal static class MonitoredListing
{
    /// <inheritdoc cref="Listing.Of{TSource, T}"/>
    public static IResult Of<TSource, T>(
        IReadOnlyList<MonitoredPart> sources, IEnumerable<TSource> all, Func<TSource, string> key, Func<TSource, T> view, string? limit,
        string? cursor) =>
        Listing.Of(all, key, view, limit, cursor) is Microsoft.AspNetCore.Http.HttpResults.Ok<Listing<T>> { Value: { } page }
            ? TypedResults.Ok(new MonitoredListing<T>(sources, page.Items, page.NextCursor))
            : Listing.Of<TSource, T>([], key, view, limit, cursor);
}
