using FleetExporter.Config;

namespace FleetExporter.Collectors;

/// <summary>A simulated host; its answers are computed from these values and the time.</summary>
/// <param name="Kind">Prefix of its name.</param>
/// <param name="Model">Product name; empty where it has none.</param>
/// <param name="Seed">Makes its values differ from those of other hosts.</param>
internal sealed record SimulatedHost(string Kind, string Model, string Os, string Architecture, int Cpus, int MemoryGib, int Seed)
{
    public bool Reachable { get; init; } = true;

    /// <summary>How many GPUs it has, lost ones included.</summary>
    public int GpuCount { get; init; }

    /// <summary>Index of a GPU that has fallen off the bus; null for none.</summary>
    public int? LostGpu { get; init; }

    /// <summary>Units whose state is requested.</summary>
    public IReadOnlyList<UnitName> Units { get; init; } = [];

    public DateTimeOffset Booted { get; } = DateTimeOffset.UnixEpoch.AddDays(20_000);

    public long MemoryKib => MemoryGib * 1024L * 1024;

    /// <summary>Model of its GPUs; null without any.</summary>
    internal SimulatedGpu? Gpu { get; init; }

    /// <summary>Its GPUs that answer, by index.</summary>
    internal IEnumerable<int> WorkingGpus => Enumerable.Range(0, GpuCount).Where(i => i != LostGpu);

    /// <summary>Time since boot, in seconds.</summary>
    internal double Uptime(DateTimeOffset now) => (now - Booted).TotalSeconds;

    internal string UuidOf(int gpu) => $"GPU-{Seed:x8}-51a0-4000-8000-{gpu:x12}";

    /// <summary>Makes the values of one GPU differ from those of others.</summary>
    internal int SeedOf(int gpu) => (Seed * 10) + gpu;
}
