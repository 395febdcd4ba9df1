using FleetExporter.Hosting;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.History;

/// <summary>
/// The most important values of the last day, in memory: every ten seconds for an hour, every five minutes for a day. For the sparklines of a page
/// that was just opened, and for exporters without Prometheus.
/// </summary>
internal sealed class RecentValues(FleetState state, LoopDependencies parts) : HostedLoop(ExporterLoop.Recent, parts)
{
    /// <summary>Series that are kept; further ones are not.</summary>
    public const int MaxSeries = 10_000;

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>How long a host, GPU or target is remembered after it was last seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly RecentTimes _times = new();
    private readonly Dictionary<string, RecentHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RecentRings> _targets = new(StringComparer.Ordinal);
    private long _lastBucket;

    /// <summary>For tests: a smaller limit.</summary>
    internal RecentLimit Limit { private get; init; } = new(MaxSeries);

    /// <summary>Number of series.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return Limit.Used;
            }
        }
    }

    /// <summary>Adds the current values, and forgets what was not seen for a day.</summary>
    internal void Take()
    {
        var now = Clock.Now();
        lock (_lock)
        {
            var (taking, bucket) = _times.Add(now);
            if (bucket != _lastBucket)
            {
                Forget(now);
                _lastBucket = bucket;
            }

            foreach (var host in state.Hosts)
            {
                if (!_hosts.TryGetValue(host.Host.Name, out var rings))
                {
                    _hosts.Add(host.Host.Name, rings = new RecentHost(Limit));
                }

                rings.Take(host, taking, bucket, now);
            }

            foreach (var target in state.Targets)
            {
                Take(target, taking, bucket, now);
            }
        }
    }

    /// <summary>Reads under the lock: copy what is needed, and return.</summary>
    internal T Read<T>(Func<RecentReader, T> read)
    {
        var now = Clock.Now();
        lock (_lock)
        {
            return read(new RecentReader(_times, _hosts, _targets, now));
        }
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step, Clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Take();
        }
    }

    private void Take(TargetSnapshot target, long taking, long bucket, Instant now)
    {
        if (!_targets.TryGetValue(target.Target.Name, out var rings))
        {
            _targets.Add(target.Target.Name, rings = new RecentRings(Limit));
        }

        var up = target.Failure is null;
        rings.See(taking, now);
        rings.Add(RecentValue.Up, taking, bucket, target.At is null ? null : up ? 1 : 0);
        rings.Add(RecentValue.Latency, taking, bucket, up ? target.Duration?.TotalMilliseconds : null);
    }

    private void Forget(Instant now)
    {
        foreach (var (name, host) in _hosts.ToList())
        {
            host.DropGpus(IsOld);
            if (IsOld(host.Rings))
            {
                host.Drop();
                _hosts.Remove(name);
            }
        }

        foreach (var (name, target) in _targets.ToList().Where(t => IsOld(t.Value)))
        {
            target.Drop();
            _targets.Remove(name);
        }

        bool IsOld(RecentRings rings) => now - rings.SeenAt > Kept;
    }
}

/// <summary>What is in memory, while it is locked.</summary>
internal readonly record struct RecentReader(
    RecentTimes Times, IReadOnlyDictionary<string, RecentHost> Hosts, IReadOnlyDictionary<string, RecentRings> Targets, Instant Now);
