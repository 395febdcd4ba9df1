using FleetExporter.Metrics;

namespace FleetExporter.Api.Live;

/// <summary>How many read the streams now. Bounded, because each holds a connection.</summary>
public sealed class StreamClients : IPagePart
{
    /// <summary>Readers of one stream at once.</summary>
    public const int Most = 1000;

    public static readonly MetricFamily Family = MetricFamily.Gauge(
        "fleet_stream_clients", "Connections that read a stream now: gpu is /gpu/stream, ws is /ws.", "stream");

    private static readonly string[] Streams = ["gpu", "ws"];

    private readonly int[] _clients = new int[Streams.Length];

    /// <returns>The place, to be given back; null when there is none left.</returns>
    internal IDisposable? TryEnter(string stream)
    {
        var i = Array.IndexOf(Streams, stream);
        if (Interlocked.Increment(ref _clients[i]) <= Most)
        {
            return new Place(this, i);
        }

        Interlocked.Decrement(ref _clients[i]);
        return null;
    }

    internal int Count(string stream) => Volatile.Read(ref _clients[Array.IndexOf(Streams, stream)]);

    public void WriteTo(MetricsPage page)
    {
        foreach (var stream in Streams)
        {
            page.Add(Family, Labels.None, Count(stream), ("stream", stream));
        }
    }

    private sealed class Place(StreamClients clients, int stream) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref clients._clients[stream]);
    }
}
