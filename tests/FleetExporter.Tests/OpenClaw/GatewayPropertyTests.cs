using System.Text;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.OpenClaw;

public sealed class GatewayPropertyTests
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1e308", "-1e308", "1e999", "9007199254740993", "1795232332516",
        "\"\"", "\"x\"", "\"12\"", "\"\\ud800\"", "\"\\u0000\\u202e\"", "[]", "[null]", "{}",
        "[{}]", "{\"a\":1}", "\"" + new string('k', 3000) + "\"",
    ];

    private const string Infrastructure = """
        {"gpu":{"host":"spark","collectedAt":1795232332516,"gpus":[{"index":0,"name":"GB10","utilizationPercent":40,
        """
        + """
        "temperatureCelsius":61,"powerDrawWatts":33.5,"powerLimitWatts":100,
        "memoryUsedMB":null,"memoryTotalMB":null}]},"providers":{"providers":
        """
        + """
        {"llama":{"healthy":true,"latencyMs":12,"consecutiveFailures":0,"lastCheckedAt":1795232332516}}},
        "tunnels":[{"tunnel":{"host":"127.0.0.1","port":8001,"reachable":true,"latencyMs":3},"service":{"name":"t.service","active":true}}]}
        """;

    public static TheoryData<string> Methods => [.. GatewayParsers.All.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_damaged_answer_is_parsed_or_rejected(string method)
    {
        var seeds = method == "infrastructure"
            ? [JsonElement.Parse(Infrastructure)]
            : GatewayFixture.All.Where(f => GatewayFixture.MethodOf(f) == method).Select(GatewayFixture.Payload).ToList();
        var damaged =
            from seed in Gen.Elements(seeds.AsEnumerable())
            from wounds in Gen.Zip(Gen.Choose(0, 100_000), Gen.Elements(Values)).ArrayOf(3)
            select wounds.Aggregate(seed, static (json, wound) => Damage(json, wound.Item1, wound.Item2));

        Prop.ForAll(damaged.ToArbitrary(), json => GatewayParsers.IsReadOrRefused(GatewayParsers.All[method], json))
            .Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(250));
    }

    [Fact]
    public void Cleaned_names_are_short_printable_and_unique() => Prop.ForAll<string?, string?>(static (a, b) =>
    {
        var (long1, long2) = (new string('s', 70) + a, new string('s', 70) + b);
        var (one, two) = (GatewayName.Clean(long1)!, GatewayName.Clean(long2)!);
        return one.Length <= GatewayName.MaxLength && !one.Any(char.IsControl) && GatewayName.Clean(one) == one
            && (long1.Any(char.IsControl) || long2.Any(char.IsControl) || long1.Trim() == long2.Trim() || one != two
                || !long1.All(char.IsAscii) || !long2.All(char.IsAscii));
    }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500));

    // Replaces the value at the place with another one.
    private static JsonElement Damage(JsonElement json, int place, string value)
    {
        var count = Count(json);
        var at = place % count;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Copy(json, writer, ref at, value);
        }

        return JsonElement.Parse(stream.ToArray());
    }

    private static int Count(JsonElement json) => 1 + json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Sum(p => Count(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().Sum(Count),
        _ => 0,
    };

    private static void Copy(JsonElement json, Utf8JsonWriter writer, ref int at, string value)
    {
        if (at-- == 0)
        {
            writer.WriteRawValue(Encoding.UTF8.GetBytes(value));
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                Copy(member.Value, writer, ref at, value);
            }

            writer.WriteEndObject();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in json.EnumerateArray())
            {
                Copy(item, writer, ref at, value);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteRawValue(json.GetRawText());
        }
    }
}
