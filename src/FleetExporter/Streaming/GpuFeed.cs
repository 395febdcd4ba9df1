using System.Globalization;
using System.Security.Cryptography;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Streaming;

/// <summary>
/// The latest state of every GPU for <c>/gpu/stream</c>. Each reading is an update, even with unchanged values: it shows that they are current.
/// </summary>
internal sealed class GpuFeed(FleetState state, TimeProvider clock)
{
    private readonly Dictionary<string, Published> _published = new(StringComparer.Ordinal);
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    public LiveLog Log { get; } = new(maxEvents: 0);

    /// <summary>The id of an update, for <c>Last-Event-ID</c>. Valid for this run of the service only.</summary>
    public string IdOf(LiveEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{_run}-{entry.Version}");

    /// <returns>The position after that update; 0 when it is unknown.</returns>
    public long CursorOf(string? lastId) =>
        lastId?.Split('-') is [var run, var version] && run == _run
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) && Log.IsValid(cursor)
            ? cursor
            : 0;

    /// <summary>Updates the log from the host's current snapshot. Not safe for concurrent use.</summary>
    public void Update(string host)
    {
        var snapshot = state.Find(host);
        var reading = snapshot?.Get<GpuReading>(clock.Now());
        var previous = _published.GetValueOrDefault(host) ?? Published.None;
        if (snapshot is null)
        {
            _published.Remove(host);
        }

        if (ReferenceEquals(reading, previous.Reading))
        {
            return;
        }

        var at = reading is null ? null : snapshot!.Outcomes["gpu"].ReadingAt;
        var count = reading?.Gpus.Count ?? 0;
        for (var i = 0; i < count; i++)
        {
            var (gpu, index) = (reading!.Gpus[i], reading.Gpus[i].Index ?? i);
            // Readings of polled hosts come from nvidia-smi.
            var vendor = snapshot!.Host.Device is null ? "nvidia" : null;
            Log.Set(
                KeyOf(host, i), "gpu", host, () => JsonOf(gpu, host, index, vendor), publishUnchanged: at != previous.At);
        }

        for (var i = count; i < previous.Count; i++)
        {
            Log.Remove(KeyOf(host, i));
        }

        if (snapshot is not null)
        {
            _published[host] = new Published(reading, at, count, snapshot.UnchangedUntil(clock.Now()));
        }
    }

    /// <summary>Removes the GPUs of hosts whose readings became stale.</summary>
    public void RemoveStale()
    {
        var now = clock.Now();
        foreach (var host in _published.Where(s => s.Value.Count > 0 && s.Value.Until < now).Select(s => s.Key).ToList())
        {
            Update(host);
        }
    }

    private static byte[] JsonOf(Gpu gpu, string host, int index, string? vendor)
    {
        var live = LiveGpu.Of(gpu);
        return (live with { Host = host, Gpu = index, Vendor = vendor ?? live.Vendor }).ToJson();
    }

    private static string KeyOf(string host, int index) => string.Create(CultureInfo.InvariantCulture, $"{host}\n{index}");

    /// <param name="Until">Until when the reading is not stale.</param>
    private sealed record Published(GpuReading? Reading, Instant? At, int Count, Instant Until)
    {
        public static readonly Published None = new(null, null, 0, default);
    }
}
