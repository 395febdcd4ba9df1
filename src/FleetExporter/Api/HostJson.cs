using System.Text.Json;
using System.Text.Json.Serialization;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api;

/// <summary>The views of hosts as JSON: serialised at the first request after a change, copied until the next one.</summary>
internal sealed class HostJson(HostViews views, TimeProvider clock, IOptions<JsonOptions> options)
{
    private readonly SnapshotCache<RawJson> _cache = new();

    public RawJson Of(HostSnapshot host)
    {
        var now = clock.Now();
        if (_cache.Find(host, now) is { } known)
        {
            return known;
        }

        var json = new RawJson(JsonSerializer.SerializeToUtf8Bytes(views.Of(host), options.Value.SerializerOptions));
        _cache.Set(host, now, json);
        return json;
    }
}

/// <summary>A value that is JSON already.</summary>
[JsonConverter(typeof(Converter))]
internal sealed record RawJson(byte[] Utf8)
{
    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("it is only written");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
