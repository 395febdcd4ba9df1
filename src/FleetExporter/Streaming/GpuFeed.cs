using System.Globalization;
using System.Security.Cryptography;
using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Streaming;

/// <summary>
/// The latest state of every GPU for <c>/gpu/stream</c>. Each reading is an update, the same values once more too: that says that they are of now.
/// </summary>
internal sealed class GpuFeed(FleetState state, TimeProvider clock)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    public LiveLog Log { get; } = new(mostEvents: 0);

    /// <summary>The id of an update, for <c>Last-Event-ID</c>. It is of this run of the service, and means nothing to the next.</summary>
    public string IdOf(LiveEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{_run}-{entry.Version}");

    /// <returns>Where a reader goes on that was told up to there; 0 when that is not known any more.</returns>
    public long CursorOf(string? lastId) =>
        lastId?.Split('-') is [var run, var version] && run == _run
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) && Log.Knows(cursor)
            ? cursor
            : 0;

    /// <summary>Takes over what the host's snapshot has now. Not safe for concurrent use.</summary>
    public void Take(string host)
    {
        var snapshot = state.Find(host);
        var reading = snapshot?.Get<GpuReading>(clock.Now());
        var before = _seen.GetValueOrDefault(host) ?? Seen.Nothing;
        if (snapshot is null)
        {
            _seen.Remove(host);
        }

        if (ReferenceEquals(reading, before.Reading))
        {
            return;
        }

        var at = reading is null ? null : snapshot!.Outcomes["gpu"].ReadingAt;
        var count = reading?.Gpus.Count ?? 0;
        for (var i = 0; i < count; i++)
        {
            var gpu = LiveGpu.Of(reading!.Gpus[i]) with { Host = host, Gpu = reading.Gpus[i].Index ?? i };
            // What is not pushed comes from nvidia-smi.
            gpu = snapshot!.Host.Device is null ? gpu with { Vendor = "nvidia" } : gpu;
            Log.Set(KeyOf(host, i), "gpu", host, gpu.ToJson(), again: at != before.At);
        }

        for (var i = count; i < before.Count; i++)
        {
            Log.Remove(KeyOf(host, i));
        }

        if (snapshot is not null)
        {
            _seen[host] = new Seen(reading, at, count);
        }
    }

    /// <summary>Forgets what has become too old without a word.</summary>
    public void TakeStale()
    {
        foreach (var host in _seen.Where(s => s.Value.Count > 0).Select(s => s.Key).ToList())
        {
            Take(host);
        }
    }

    private static string KeyOf(string host, int place) => string.Create(CultureInfo.InvariantCulture, $"{host}\n{place}");

    private sealed record Seen(GpuReading? Reading, Instant? At, int Count)
    {
        public static readonly Seen Nothing = new(null, null, 0);
    }
}
