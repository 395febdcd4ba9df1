using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Tests.Parsing;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class UnifiedMemoryTests
{
    private const double MiB = 1024 * 1024;

    private static readonly HostMemory Host =
        HostVitals.Parse(HostCapture.HostWithMemory(HostCapture.Proc("dgx-spark-gb10.meminfo.healthy-excerpt.txt"))).Memory;
    private static readonly double Rounded = Math.Floor(Host.Total / MiB) * MiB;

    private static readonly Gpu Spark = new() { Index = 0, Uuid = "GPU-0", Name = "NVIDIA GB10", MemoryNotSupported = true };

    private static readonly Gpu Rtx3090 = new()
    {
        Index = 0,
        Uuid = "GPU-1",
        MemoryTotalBytes = 24576 * MiB,
        MemoryUsedBytes = MiB,
        MemoryFreeBytes = 24326 * MiB,
        MemoryReservedBytes = 249 * MiB,
        PowerLimitWatts = 350,
    };

    public static TheoryData<string, bool> Cases() => new(Gpus.Select(c => (c.Key, c.Key.StartsWith("gb10", StringComparison.Ordinal))));

    private static Dictionary<string, Gpu> Gpus { get; } = new()
    {
        ["gb10 without memory"] = Spark,
        ["gb10 whose memory is MemTotal"] = Spark with
        {
            MemoryNotSupported = false,
            MemoryTotalBytes = Rounded,
            MemoryUsedBytes = 1,
            MemoryReservedBytes = 1,
        },
        ["3090"] = Rtx3090,
        ["3090 with as much memory as the host"] = Rtx3090 with { MemoryTotalBytes = Rounded },
        ["3090 whose memory could not be read"] = Rtx3090 with { MemoryTotalBytes = null, MemoryUsedBytes = null },
        ["3090 in an unknown error"] = Rtx3090 with { MemoryTotalBytes = null, PowerLimitWatts = null },
        ["lost"] = Spark with { Fault = GpuFault.Lost },
        ["needs a reset"] = Spark with { Fault = GpuFault.ResetRequired, MemoryNotSupported = false, MemoryTotalBytes = Rounded },
        ["a card without a power limit"] = new Gpu { Uuid = "GPU-2", MemoryTotalBytes = 2048 * MiB, MemoryUsedBytes = MiB },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_a_gpu_without_memory_of_its_own_is_unified(string name, bool unified)
    {
        var gpu = Assert.Single(Apply([Gpus[name]], Host).Gpus);

        Assert.Equal(unified, gpu.MemoryUnified);
        Assert.Equal(unified ? Host.Total : Gpus[name].MemoryTotalBytes, gpu.MemoryTotalBytes);
        Assert.Equal(unified ? Host.Total - Host.Available : Gpus[name].MemoryUsedBytes, gpu.MemoryUsedBytes);
        Assert.Equal(unified ? Host.Available : Gpus[name].MemoryFreeBytes, gpu.MemoryFreeBytes);
        Assert.Equal(unified ? null : Gpus[name].MemoryReservedBytes, gpu.MemoryReservedBytes);
    }

    [Fact]
    public void Without_the_hosts_memory_the_values_are_absent_and_never_0()
    {
        var gpu = Assert.Single(Apply([Spark], null).Gpus);

        Assert.True(gpu is { MemoryUnified: true, MemoryTotalBytes: null, MemoryUsedBytes: null, MemoryFreeBytes: null });
    }

    [Fact]
    public void A_gpu_becomes_unified_once_the_hosts_memory_is_known()
    {
        var spark = Gpus["gb10 whose memory is MemTotal"];
        var reading = Apply([spark], null);
        Assert.Same(spark, reading.Gpus[0]);

        var gpu = Apply(reading.Gpus, Host).Gpus[0];

        Assert.Equal((true, Host.Total), (gpu.MemoryUnified, gpu.MemoryTotalBytes));
    }

    [Fact]
    public void A_newer_meminfo_changes_unified_memory_only()
    {
        var reading = Apply([Spark, Rtx3090], Host);

        var newer = Apply(reading.Gpus, Host with { Available = Host.Available - 1000 });

        Assert.Equal(reading.Gpus[0].MemoryUsedBytes + 1000, newer.Gpus[0].MemoryUsedBytes);
        Assert.Same(reading.Gpus[1], newer.Gpus[1]);
    }

    private static GpuReading Apply(IReadOnlyList<Gpu> gpus, HostMemory? host) => new(UnifiedMemory.Apply(gpus, host), 0, null);
}
