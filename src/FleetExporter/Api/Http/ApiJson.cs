using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;

namespace FleetExporter.Api.Http;

/// <summary>JSON options of the API: snake_case, enumerations as words, dictionary keys unchanged.</summary>
internal static class ApiJson
{
    public static JsonOptions Configure(JsonOptions json)
    {
        json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.SerializerOptions.DictionaryKeyPolicy = null;
        json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return json;
    }
}
