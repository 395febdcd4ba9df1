using System.Diagnostics;
using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Streaming;

/// <summary>Counts and limits the clients of the streams, each of which holds a connection.</summary>
internal sealed class StreamClients
{
    /// <summary>Maximum concurrent clients of one stream.</summary>
    public const int MaxClients = 1000;

    private static readonly MetricFamily Clients = MetricFamily.Gauge(
        "fleet_stream_clients",
        "Clients connected to a stream: gpu is /gpu/stream, ws is /ws, agents is /ws/agents, logs is a gateway's log that is followed.", "stream");

    private static readonly MetricFamily Refused = MetricFamily.Counter(
        "fleet_stream_clients_refused_total", "Clients rejected because the stream had its maximum of clients.", "stream");

    private static readonly MetricFamily Duration = MetricFamily.Histogram(
        "fleet_stream_duration_seconds", "Connection time of clients that have disconnected.", "stream");

    private static readonly string[] Streams = ["gpu", "ws", AgentFeed.Stream, "logs"];

    private readonly int[] _clients = new int[Streams.Length];
    private readonly Gauge.Child[] _connected;
    private readonly Counter.Child[] _refused;
    private readonly Histogram.Child[] _durations;

    public StreamClients(ExporterMetrics metrics)
    {
        var (connected, refused) = (metrics.Gauge(Clients), metrics.Counter(Refused));
        var durations = metrics.Histogram(Duration, 1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600);
        _connected = [.. Streams.Select(stream => connected.WithLabels(stream))];
        _refused = [.. Streams.Select(stream => refused.WithLabels(stream))];
        _durations = [.. Streams.Select(stream => durations.WithLabels(stream))];
    }

    public static IReadOnlyList<MetricFamily> Families { get; } = [Clients, Refused, Duration];

    /// <summary>Raised when a client has connected. Handlers must not block.</summary>
    public event Action? Entered;

    /// <returns>The slot, released by disposing it; null when none is free.</returns>
    internal IDisposable? TryEnter(string stream)
    {
        var i = Array.IndexOf(Streams, stream);
        if (Interlocked.Increment(ref _clients[i]) <= MaxClients)
        {
            _connected[i].Inc();
            Entered?.Invoke();
            return new Slot(this, i);
        }

        Interlocked.Decrement(ref _clients[i]);
        _refused[i].Inc();
        return null;
    }

    internal int Count(string stream) => Volatile.Read(ref _clients[Array.IndexOf(Streams, stream)]);

    private sealed class Slot(StreamClients clients, int stream) : IDisposable
    {
        private readonly long _entered = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            Interlocked.Decrement(ref clients._clients[stream]);
            clients._connected[stream].Dec();
            clients._durations[stream].Observe(Stopwatch.GetElapsedTime(_entered).TotalSeconds);
        }
    }
}
