namespace FleetExporter.Polling;

/// <summary>A hash of a name that is the same in every run, so that each host and target keeps its offset within the interval.</summary>
internal static class StableHash
{
    public static int Of(string text) => text.Aggregate(17, static (hash, c) => unchecked((hash * 31) + c));
}
