using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Tests.OpenClaw;

public sealed class GatewayFixtureTests
{
    public static TheoryData<string> Files => [.. GatewayFixture.All];

    [Fact]
    public void Both_versions_have_all_their_methods_recorded()
    {
        var methods = GatewayFixture.All.ToLookup(f => f.StartsWith("2026.5.28/", StringComparison.Ordinal), GatewayFixture.MethodOf);

        Assert.Equal(["infrastructure"], GatewayParsers.All.Keys.Except(methods[false]!));
        Assert.Equal(
            ["config.get", "diagnostics.lanes", "infrastructure", "system.info", "usage.status"],
            GatewayParsers.All.Keys.Except(methods[true]!).Order());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_recorded_answer_is_parsed(string file)
    {
        if (GatewayFixture.MethodOf(file) is { } method && GatewayParsers.All.TryGetValue(method, out var parse))
        {
            Assert.True(GatewayParsers.IsSound(parse(GatewayFixture.Payload(file))));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_parser_fails_unexpectedly_on_any_recorded_value(string file)
    {
        var root = GatewayFixture.Read(file);
        var parts = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().SelectMany(WithParts) : WithParts(root);

        Assert.All(parts, part =>
            Assert.All(GatewayParsers.All, parser => Assert.True(GatewayParsers.IsReadOrRefused(parser.Value, part), parser.Key)));
    }

    [Fact]
    public void The_recorded_handshake_is_parsed()
    {
        var hello = GatewayHello.Parse(GatewayFixture.Read("handshake")[2].GetProperty("frame").GetProperty("payload"));

        Assert.Equal("2026.9.6", hello.Version);
        Assert.Equal(TimeSpan.FromSeconds(30), hello.Tick);
        // It announces 25 MiB.
        Assert.Equal(GatewayHello.MessageSizeLimit, hello.MaxMessage);
    }

    private static IEnumerable<JsonElement> WithParts(JsonElement of) => of.ValueKind == JsonValueKind.Object
        ? [of, .. of.EnumerateObject().Select(p => p.Value), .. of.EnumerateObject().Select(p => p.Value.Member("payload")).OfType<JsonElement>()]
        : [of];
}
