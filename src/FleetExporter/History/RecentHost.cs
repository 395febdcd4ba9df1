using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.History;

/// <summary>The rings of a host and of its GPUs. A GPU is its index and uuid, so that another board in its place is another series.</summary>
internal sealed class RecentHost(RecentLimit limit)
{
    private const double Mebi = 1024 * 1024;

    /// <summary>GPUs of one host that have rings, so that a host that lists ever new ones does not take those of others.</summary>
    private const int MaxGpus = 128;

    private readonly List<RecentGpu> _gpus = [];

    public RecentRings Rings { get; } = new(limit);

    /// <summary>In the order of their first appearance.</summary>
    public IReadOnlyList<RecentGpu> Gpus => _gpus;

    public void Take(HostSnapshot host, long taking, long bucket, Instant now)
    {
        var vitals = host.Get<VitalsReading>(now);
        var memory = vitals?.Vitals.Memory;
        Rings.See(taking, now);
        Rings.Add(RecentValue.Cpu, taking, bucket, vitals?.CpuBusyRatio * 100);
        Rings.Add(RecentValue.Memory, taking, bucket, 100.0 * (memory?.Total - memory?.Available) / memory?.Total);
        Rings.Add(RecentValue.Up, taking, bucket, IsUp(host, now) ? 1 : 0);
        var gpus = host.Get<GpuReading>(now)?.Gpus;
        for (var i = 0; i < gpus?.Count; i++)
        {
            Take(gpus[i], i, taking, bucket, now);
        }
    }

    /// <summary>Drops GPUs that were not seen since then.</summary>
    public void DropGpus(Func<RecentRings, bool> isOld)
    {
        foreach (var gpu in _gpus.FindAll(g => isOld(g.Rings)))
        {
            gpu.Rings.Drop();
            _gpus.Remove(gpu);
        }
    }

    public void Drop()
    {
        Rings.Drop();
        _gpus.ForEach(g => g.Rings.Drop());
    }

    private static bool IsUp(HostSnapshot host, Instant now) => host.Host.Device is { } device
        ? DevicePush.IsFresh(device, host.LastSeen, now)
        : host.Connection.Up && host.Status(now) != HostStatus.Offline;

    private void Take(Gpu gpu, int position, long taking, long bucket, Instant now)
    {
        var known = position < _gpus.Count && _gpus[position].Is(gpu) ? _gpus[position] : _gpus.Find(g => g.Is(gpu));
        if (known is null && _gpus.Count >= MaxGpus)
        {
            return;
        }

        if (known is null)
        {
            _gpus.Add(known = new RecentGpu(gpu.Index, gpu.Uuid, new RecentRings(limit)));
        }

        var rings = known.Rings;
        rings.See(taking, now);
        rings.Add(RecentValue.GpuUtilization, taking, bucket, gpu.Utilization * 100);
        rings.Add(RecentValue.GpuMemory, taking, bucket, gpu.MemoryUsedBytes / Mebi);
        rings.Add(RecentValue.GpuTemperature, taking, bucket, gpu.TemperatureCelsius);
        rings.Add(RecentValue.GpuPower, taking, bucket, gpu.PowerDrawWatts);
    }
}

internal sealed record RecentGpu(int? Index, string? Uuid, RecentRings Rings)
{
    public bool Is(Gpu gpu) => Index == gpu.Index && Uuid == gpu.Uuid;
}
