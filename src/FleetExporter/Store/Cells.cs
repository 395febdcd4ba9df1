using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.Store;

/// <summary>Converts between values and database cells.</summary>
internal static class Cells
{
    public static long Of(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static long? Of(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    public static DateTimeOffset Time(long cell) => DateTimeOffset.FromUnixTimeMilliseconds(cell);

    public static DateTimeOffset? Time(long? cell) => cell is { } ms ? Time(ms) : null;

    /// <summary>Replaces NUL and unpaired surrogates, which databases reject, by U+FFFD.</summary>
    public static string Text(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');

    public static string Of(JsonObject json) => json.ToJsonString();

    public static JsonObject Json(string cell) => JsonNode.Parse(cell)!.AsObject();

    public static string Of<T>(T member)
        where T : struct, Enum => Enums<T>.Words[member];

    public static T Member<T>(string cell)
        where T : struct, Enum => Enums<T>.Members[cell];

    private static class Enums<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Words =
            Enum.GetValues<T>().ToFrozenDictionary(m => m, m => JsonNamingPolicy.SnakeCaseLower.ConvertName(m.ToString()));

        public static readonly FrozenDictionary<string, T> Members = Words.ToFrozenDictionary(p => p.Value, p => p.Key);
    }
}
