using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Streaming;

/// <summary>
/// Tells every reader of <c>/ws</c> that something has happened, in order. Whoever is more than 256 events behind is told to begin anew.
/// </summary>
internal sealed class LiveEvents(IOptions<JsonOptions> json)
{
    internal LiveLog Log { get; } = new(mostEvents: 256);

    /// <summary>Never waits.</summary>
    /// <param name="name">Such as <c>alert_new</c>.</param>
    /// <param name="data">Written as the API writes it.</param>
    public void Publish(string name, object data)
    {
        Log.Publish(name, Serialise(data));
        Log.Wake();
    }

    /// <summary>Tells it, and tells it to every later reader too, until it is over.</summary>
    public void Begin(string key, string name, object data)
    {
        Log.Set("\n" + key, name, null, Serialise(data), again: true);
        Log.Wake();
    }

    /// <summary>Tells that what has begun under this key is over.</summary>
    public void End(string key, string name, object data)
    {
        Log.Remove("\n" + key);
        Publish(name, data);
    }

    internal byte[] Serialise(object data) => JsonSerializer.SerializeToUtf8Bytes(data, json.Value.SerializerOptions);
}
