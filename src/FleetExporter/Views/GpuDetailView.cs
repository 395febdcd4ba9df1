using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>
/// What a page about one host shows of a GPU beside <see cref="GpuView"/>; null where the driver reports nothing. Units: °C, MHz, MiB.
/// </summary>
/// <param name="Pstate">0 is the fastest.</param>
/// <param name="Throttling">Reasons that lower the clocks now.</param>
/// <param name="RecoveryAction">What the driver asks for, in its words: None, Reset, Reboot, Drain P2P, Drain and Reset.</param>
/// <param name="PcieReplays">Packets sent again since the GPU was reset.</param>
/// <param name="Xids">Errors in the kernel log, the latest first.</param>
/// <param name="Profile">Null while profiling is off.</param>
internal sealed record GpuDetailView(
    int? Index, string? Uuid, string? DriverVersion, string? CudaVersion, string? ComputeCapability, string? PciBusId, int? Pstate,
    double? FanPercent, GpuClocksView Clocks, IReadOnlyList<ThrottleView> Throttling, GpuLimitsView? TemperatureLimits,
    string? RecoveryAction, string? FabricState, bool? MigEnabled, IReadOnlyList<MigSliceView> Slices, long? PcieReplays,
    long? Bar1UsedMb, long? Bar1TotalMb, long? MemoryReservedMb, long? JpegUtilizationPercent, long? OfaUtilizationPercent,
    IReadOnlyList<XidView> Xids, GpuProfileView? Profile)
{
    public static IReadOnlyList<GpuDetailView> Of(HostSnapshot host, Instant now)
    {
        if (host.Get<GpuReading>(now) is not { } reading)
        {
            return [];
        }

        var details = host.Get<GpuDetailsReading>(now)?.Report.Gpus ?? [];
        var profiles = host.Get<GpuProfileReading>(now)?.Profiles ?? [];
        var xids = host.Get<XidReading>(now);
        return [.. reading.Gpus.Select(gpu => Of(
            gpu, details.FirstOrDefault(d => d.Uuid is not null && d.Uuid == gpu.Uuid), profiles.FirstOrDefault(p => p.Index == gpu.Index), xids)
            with { CudaVersion = reading.CudaVersion })];
    }

    private static GpuDetailView Of(Gpu gpu, GpuDetail? detail, GpuProfile? profile, XidReading? xids) => new(
        gpu.Index,
        gpu.Uuid,
        gpu.DriverVersion,
        null,
        gpu.ComputeCapability,
        gpu.PciBusId,
        gpu.PState,
        JsonNumber.Whole(gpu.FanRatio * 100),
        GpuClocksView.Of(gpu.Clocks),
        [.. gpu.ThrottleReasons.Where(t => t.Active).Select(t => new ThrottleView(t.Reason, GpuMeanings.OfThrottleReason(t.Reason)))],
        detail is { SlowdownCelsius: null, ShutdownCelsius: null, TargetCelsius: null } or null
            ? null
            : new GpuLimitsView(
                JsonNumber.Whole(detail.SlowdownCelsius), JsonNumber.Whole(detail.ShutdownCelsius), JsonNumber.Whole(detail.TargetCelsius)),
        gpu.RecoveryAction,
        gpu.FabricState,
        gpu.MigEnabled,
        [.. (detail?.Slices ?? []).Select(s =>
            new MigSliceView(s.Index, JsonNumber.Mebibytes(s.MemoryUsedBytes), JsonNumber.Mebibytes(s.MemoryTotalBytes)))],
        JsonNumber.Whole(detail?.PcieReplays),
        JsonNumber.Mebibytes(detail?.Bar1UsedBytes),
        JsonNumber.Mebibytes(detail?.Bar1TotalBytes),
        JsonNumber.Mebibytes(gpu.MemoryReservedBytes),
        JsonNumber.Whole(gpu.Engines.Jpeg * 100),
        JsonNumber.Whole(gpu.Engines.Ofa * 100),
        XidView.Of(gpu, xids),
        profile is null ? null : GpuProfileView.Of(profile));
}

/// <summary>Clocks in MHz, and the highest that the GPU supports.</summary>
internal sealed record GpuClocksView(long? Sm, long? SmMax, long? Memory, long? MemoryMax, long? Graphics, long? GraphicsMax, long? Video)
{
    public static GpuClocksView Of(GpuClocks clocks) => new(
        Megahertz(clocks.Sm), Megahertz(clocks.MaxSm), Megahertz(clocks.Memory), Megahertz(clocks.MaxMemory), Megahertz(clocks.Graphics),
        Megahertz(clocks.MaxGraphics), Megahertz(clocks.Video));

    private static long? Megahertz(double? hertz) => JsonNumber.Whole(hertz / 1e6);
}

/// <param name="Meaning">In words; null for a reason that is not known.</param>
internal sealed record ThrottleView(string Reason, string? Meaning);

/// <param name="Slowdown">Above it the driver lowers the clocks.</param>
/// <param name="Shutdown">At it the GPU turns off.</param>
/// <param name="Target">What the fan control aims at.</param>
internal sealed record GpuLimitsView(long? Slowdown, long? Shutdown, long? Target);

internal sealed record MigSliceView(string Slice, long? MemoryUsedMb, long? MemoryTotalMb);

/// <param name="Meaning">In words; null for a code that is not known.</param>
/// <param name="LastAt">When the kernel log last reported it, by the host's clock.</param>
internal sealed record XidView(int Code, string? Meaning, long Count, DateTimeOffset LastAt)
{
    public static IReadOnlyList<XidView> Of(Gpu gpu, XidReading? xids) => xids is null ? [] :
    [
        .. xids.Counts.Where(c => c.PciBusId == gpu.PciBusId)
            .Select(c => new XidView(
                c.Code, GpuMeanings.OfXid(c.Code), c.Count, xids.HostTime - TimeSpan.FromSeconds(xids.Uptime - c.LastSecondsSinceBoot)))
            .OrderByDescending(x => x.LastAt),
    ];
}

/// <summary>Profiling values in percent, and traffic in whole MiB per second.</summary>
internal sealed record GpuProfileView(
    double? SmActivePercent, double? SmOccupancyPercent, double? TensorActivePercent, double? DramActivePercent, double? Fp64ActivePercent,
    double? Fp32ActivePercent, double? Fp16ActivePercent, long? PcieReceiveMb, long? PcieTransmitMb, long? NvlinkReceiveMb, long? NvlinkTransmitMb)
{
    public static GpuProfileView Of(GpuProfile profile) => new(
        Percent(profile.SmActive), Percent(profile.SmOccupancy), Percent(profile.TensorActive), Percent(profile.DramActive),
        Percent(profile.Fp64Active), Percent(profile.Fp32Active), Percent(profile.Fp16Active), JsonNumber.Mebibytes(profile.PcieReceive),
        JsonNumber.Mebibytes(profile.PcieTransmit), JsonNumber.Mebibytes(profile.NvlinkReceive), JsonNumber.Mebibytes(profile.NvlinkTransmit));

    private static double? Percent(double? ratio) => JsonNumber.Round(ratio * 100);
}
