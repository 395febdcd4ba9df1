using System.Globalization;

namespace FleetExporter.Api.Http;

/// <summary>A time in a query.</summary>
internal static class QueryTime
{
    public const string Error = "Must be a time in RFC 3339, such as 2026-01-31T12:00:00Z.";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a time as in RFC 3339, since 1970; without a zone it is UTC.</summary>
    public static bool TryRead(string? text, out DateTimeOffset time) =>
        // A plus sign that was not encoded arrives as a blank.
        DateTimeOffset.TryParseExact(
            text?.Replace(' ', '+'), Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
        && time >= DateTimeOffset.UnixEpoch;
}
