using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The answer of a call of <c>nvidia-smi --query-gpu</c>, or a sample of its loop.</summary>
/// <param name="Lost">GPUs that nvidia-smi reported as lost in a sentence instead of a row.</param>
/// <param name="Uptime">The host's uptime when they were read, in seconds.</param>
internal sealed record GpuAnswer(IReadOnlyList<Gpu> Gpus, int Lost, double Uptime) : IAnswer
{
    public CollectorFailure? Failure => Gpus.Count == 0 && Lost > 0 ? CollectorFailure.DeviceLost : null;

    /// <summary>The fields of the query, as the host has them; empty where unknown.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>A sample of the loop with what does not change, taken from this call.</summary>
    /// <returns>Null when the GPUs are not those of this call.</returns>
    public GpuAnswer? Complete(GpuAnswer sample)
    {
        var known = Gpus.Where(g => g.Uuid is not null).DistinctBy(g => g.Uuid).ToDictionary(g => g.Uuid!, StringComparer.Ordinal);
        var gpus = sample.Gpus.Select(g => Completed(g, Known(g))).OfType<Gpu>().ToList();
        return gpus.Count == sample.Gpus.Count && sample.Gpus.Count + sample.Lost >= Gpus.Count ? sample with { Gpus = gpus } : null;

        Gpu? Known(Gpu gpu) => gpu.Uuid is null ? Gpus.FirstOrDefault(g => g.Index == gpu.Index) : known.GetValueOrDefault(gpu.Uuid);
    }

    private static Gpu? Completed(Gpu gpu, Gpu? known) => known is null ? null : gpu with
    {
        Name = known.Name,
        DriverVersion = known.DriverVersion,
        PciBusId = known.PciBusId,
        ComputeCapability = known.ComputeCapability,
        Clocks = gpu.Clocks with { MaxSm = known.Clocks.MaxSm, MaxMemory = known.Clocks.MaxMemory, MaxGraphics = known.Clocks.MaxGraphics },
        Pcie = gpu.Pcie with { MaxGeneration = known.Pcie.MaxGeneration, MaxWidth = known.Pcie.MaxWidth },
    };
}
