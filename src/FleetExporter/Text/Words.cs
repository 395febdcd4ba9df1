using System.Collections.Frozen;
using System.Text.Json;

namespace FleetExporter.Text;

/// <summary>Converts enum members to label values: <c>HostkeyUnknown</c> is <c>hostkey_unknown</c>.</summary>
internal static class Words
{
    public static string Of<T>(T member)
        where T : struct, Enum => Cache<T>.Names[member];

    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Cache<T>.InOrder;

    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Names =
            Enum.GetValues<T>().ToFrozenDictionary(m => m, m => JsonNamingPolicy.SnakeCaseLower.ConvertName(m.ToString()));

        public static readonly string[] InOrder = [.. Enum.GetValues<T>().Select(m => Names[m])];
    }
}
