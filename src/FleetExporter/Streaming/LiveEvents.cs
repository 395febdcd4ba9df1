using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Streaming;

/// <summary>
/// Publishes events to every reader of <c>/ws</c>, in order. A reader that is more than 256 events behind receives a reset.
/// </summary>
internal sealed class LiveEvents(IOptions<JsonOptions> json)
{
    internal LiveLog Log { get; } = new(maxEvents: 256);

    /// <summary>Never waits.</summary>
    /// <param name="name">Such as <c>alert_new</c>.</param>
    /// <param name="data">Serialised as in the API.</param>
    public void Publish(string name, object data)
    {
        Log.Publish(name, Serialise(data));
        Log.Wake();
    }

    /// <summary>Publishes an event, also to readers that connect later, until <see cref="End"/>.</summary>
    public void Begin(string key, string name, object data)
    {
        var json = Serialise(data);
        Log.Set("\n" + key, name, null, () => json, publishUnchanged: true);
        Log.Wake();
    }

    /// <summary>Ends the event of this key and publishes its end.</summary>
    public void End(string key, string name, object data)
    {
        Log.Remove("\n" + key);
        Publish(name, data);
    }

    internal byte[] Serialise(object data) => JsonSerializer.SerializeToUtf8Bytes(data, json.Value.SerializerOptions);
}
