using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>
/// Profiling values of GPUs from Hopper on, from nvidia-smi's device monitor. Off by default: a sample costs ten times as much as one of the other
/// values.
/// </summary>
internal sealed class GpuProfileCollector() : NvidiaCollector("gpu_profile", GpuProfileFamilies.All)
{
    /// <summary>A call takes three samples, a second apart.</summary>
    public override TimeSpan Every => TimeSpan.FromSeconds(60);

    public override string? OffBecause(HostConfig host, SystemIdentity? system) =>
        !host.GpuProfiling ? "gpu_profiling is false in the configuration" : base.OffBecause(host, system);

    /// <summary>The driver or every GPU of the host is older than profiling.</summary>
    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason == CollectorFailure.Driver || base.OffAfter(reason, host);

    public override string Script(HostConfig host) => $"  b=$(exec {Command(1)} -c 3 </dev/null 2>&1)";

    public override IAnswer Parse(Section section)
    {
        var gpus = GpuProfiles.Parse(section.Body).Where(g => g.HasValues).ToList();
        return gpus.Count > 0
            ? new GpuProfileAnswer(gpus)
            : throw new ToolFailureException(CollectorFailure.Driver, "no GPU reports profiling values, which Hopper and later have");
    }

    /// <summary>The monitor prints no timestamps, and counts its interval in seconds.</summary>
    public override GpuLoopQuery? LoopQuery(IAnswer call, TimeSpan interval) => new(
        Command(Math.Max(1, Math.Round(interval.TotalSeconds))), "", ((GpuProfileAnswer)call).Gpus.Count, false, sample => sample)
    {
        HasTimestamps = false,
        SkippedSamples = 2,
    };

    public override string Summarize(IAnswer answer) => Count(((GpuProfileAnswer)answer).Gpus.Count, "GPU");

    public override string? Simulate(SimulatedHost host, DateTimeOffset now)
    {
        if (host.Gpu != SimulatedGpu.H100)
        {
            return null;
        }

        var rows = host.WorkingGpus.Select(i =>
        {
            var busy = Math.Clamp(SimulatedWave.At(now, host.SeedOf(i), -0.25, 1.05), 0, 1);
            return string.Create(
                CultureInfo.InvariantCulture,
                $" {i}, {100 + (busy * 590):0}, {busy * 82:0}, {busy * 14:0}, {busy * 78:0}, {busy * 25:0}, 0, 0, 0, {busy * 450:0}, "
                    + $"{busy * 7500:0}, 0, 0");
        });
        return "#gpu, pwr, smutil, smocc, mmaact, dram, fp64, fp32, fp16, pcitx, pcirx, nvlrx, nvltx\n" + string.Join('\n', rows);
    }

    private static string Command(double seconds) => string.Create(
        CultureInfo.InvariantCulture, $"nvidia-smi dmon -s p --gpm-metrics {GpuProfiles.Metrics} --format csv -d {seconds:0}");
}

internal sealed record GpuProfileAnswer(IReadOnlyList<GpuProfile> Gpus) : IAnswer;

/// <param name="Gpus">The GPUs of the host, which give the labels; null without a fresh reading of them.</param>
internal sealed record GpuProfileReading(IReadOnlyList<GpuProfile> Profiles, IReadOnlyList<Gpu>? Gpus) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var profile in Profiles)
        {
            if (Gpus?.FirstOrDefault(g => g.Index == profile.Index) is { } gpu)
            {
                GpuProfileFamilies.Write(page, NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid), profile);
            }
        }
    }
}
