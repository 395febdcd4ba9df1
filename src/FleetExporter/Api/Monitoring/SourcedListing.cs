using System.Globalization;

namespace FleetExporter.Api.Monitoring;

/// <summary>A part of a list, with what each gateway contributed.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next items; null at the end.</param>
/// <param name="Sources">By gateway: how old the items are, or why they are missing.</param>
internal sealed record SourcedListing<T, TSource>(IReadOnlyList<T> Items, string? NextCursor, IReadOnlyList<TSource> Sources);

/// <summary>The order of events and log lines of all gateways.</summary>
internal static class NewestFirst
{
    /// <summary>Ascending for older ones.</summary>
    /// <param name="number">Grows with each one of the gateway.</param>
    public static string KeyOf(DateTimeOffset time, string gateway, long number) => string.Create(
        CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.Ticks - time.Ticks:D19}-{gateway}-{long.MaxValue - number:D19}");
}
