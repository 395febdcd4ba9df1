using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class GpuUsesTests
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    private static readonly IReadOnlyList<OwnedGpuProcess> Nothing = [];
    private static readonly IReadOnlyList<OwnedGpuProcess> Something = [new(new GpuProcess { GpuUuid = "a", Pid = 1 }, null, UnknownOwner.Ended)];

    private ImmutableDictionary<string, GpuUse> _uses = ImmutableDictionary<string, GpuUse>.Empty;
    private double _uptime;

    [Fact]
    public void It_is_free_after_a_time_without_use_memory_and_processes()
    {
        Assert.False(After(10, 0, 0.5, Nothing).IsFree);
        Assert.False(After(280, 0, 0.5, Nothing).IsFree);
        Assert.True(After(20, 0, 0.5, Nothing).IsFree);
        Assert.Equal(10, After(10, 0, 0.5, Nothing).FreeSince);
    }

    [Theory]
    [InlineData(0.05, 0.5, false)]
    [InlineData(0, 1.5, false)]
    [InlineData(0, 0.5, true)]
    public void Use_memory_or_a_process_ends_that(double utilization, double gibi, bool hasProcess)
    {
        After(10, 0, 0.5, Nothing);
        After(300, 0, 0.5, Nothing);

        Assert.Null(After(10, utilization, gibi, hasProcess ? Something : Nothing).FreeSince);
        Assert.Equal(330, After(10, 0, 0.5, Nothing).FreeSince);
    }

    [Fact]
    public void Without_a_list_of_processes_it_is_not_known_to_be_free() => Assert.Null(After(10, 0, 0.5, null).FreeSince);

    [Theory]
    [InlineData(20, false)]
    [InlineData(0.5, true)]
    public void It_is_held_idle_while_memory_or_a_process_is_on_it_without_use(double gibi, bool hasProcess)
    {
        After(10, 0.5, gibi, hasProcess ? Something : Nothing);
        Assert.Equal(20, After(10, 0.04, gibi, hasProcess ? Something : Nothing).HeldSince);
        Assert.Equal(20, After(10, 0, gibi, hasProcess ? Something : Nothing).HeldSince);
        Assert.Null(After(10, 0.05, gibi, hasProcess ? Something : Nothing).HeldSince);
    }

    [Fact]
    public void After_a_gap_both_begin_again()
    {
        After(10, 0, 20, Nothing);

        Assert.Equal(510, After(500, 0, 20, Nothing, isGap: true).HeldSince);
    }

    [Theory]
    [InlineData(0.2, 0.5, true, false)]
    [InlineData(0.19, 0.5, false, false)]
    [InlineData(0, 12.1, false, true)]
    [InlineData(0, 11.9, false, false)]
    public void Use_without_a_process_is_unaccounted(double utilization, double gibi, bool isBusy, bool isMemory)
    {
        var use = After(10, utilization, gibi, Nothing);
        Assert.Equal((isBusy, isMemory), (use.IsBusyUnaccounted, use.IsMemoryUnaccounted));

        foreach (var processes in new[] { Something, null })
        {
            use = After(10, utilization, gibi, processes);
            Assert.False(use.IsBusyUnaccounted || use.IsMemoryUnaccounted);
        }
    }

    [Fact]
    public void Memory_of_the_host_says_nothing_about_the_gpu()
    {
        var gpu = new Gpu { Uuid = "a", Utilization = 0, MemoryUsedBytes = 100 * Gibi, MemoryTotalBytes = 128 * Gibi, MemoryUnified = true };

        var use = After(10, gpu, Nothing);

        Assert.Equal((null, 10, false), (use.HeldSince, use.FreeSince, use.IsMemoryUnaccounted));
    }

    [Fact]
    public void A_gpu_that_is_faulty_or_reports_no_utilisation_has_no_use()
    {
        After(10, new Gpu { Uuid = "a", Fault = GpuFault.Lost, Utilization = 0 }, Nothing);
        Assert.Empty(_uses);
        After(10, new Gpu { Uuid = "a" }, Nothing);
        Assert.Empty(_uses);
    }

    private GpuUse After(double seconds, double utilization, double gibi, IReadOnlyList<OwnedGpuProcess>? processes, bool isGap = false) => After(
        seconds, new Gpu { Uuid = "a", Utilization = utilization, MemoryUsedBytes = gibi * Gibi, MemoryTotalBytes = 80 * Gibi }, processes, isGap);

    private GpuUse After(double seconds, Gpu gpu, IReadOnlyList<OwnedGpuProcess>? processes, bool isGap = false)
    {
        _uptime += seconds;
        _uses = GpuUses.Remember(_uses, new GpuAnswer([gpu], 0, _uptime), processes, isGap ? 0 : seconds, GpuUseLimits.Default);
        return _uses.GetValueOrDefault("a");
    }
}
