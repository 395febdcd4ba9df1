using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class HostMemoryTests
{
    private const long KiB = 1024;

    [Fact]
    public void Parse_TheVirtualMachine_HasBytesAndHugePages()
    {
        var memory = HostVitals.Parse(HostCapture.Host()).Memory;

        Assert.Equal(24684092 * KiB, memory.Total);
        Assert.Equal(22264892 * KiB, memory.Available);
        Assert.Equal(2419200 * KiB, memory.Total - memory.Available);
        Assert.Equal(19338564 * KiB, memory.Free);
        Assert.Equal(86164 * KiB, memory.Buffers);
        Assert.Equal(2488448 * KiB, memory.Cached);
        Assert.Equal(0, memory.SwapTotal);
        Assert.Equal(0, memory.SwapFree);
        Assert.Equal((16 * 2048 * KiB) + (2 * 1048576 * KiB), memory.HugePagesTotal);
        Assert.Equal((4 * 2048 * KiB) + (1 * 1048576 * KiB), memory.HugePagesFree);
    }

    [Theory]
    [InlineData("dgx-spark-gb10.meminfo.healthy-excerpt.txt", 125483396, 94849180, 16777212L, 13096264L)]
    [InlineData("dgx-spark-gb10.meminfo.after-stop-excerpt.txt", 127600816, 40174336, null, null)]
    [InlineData("dgx-spark-gb10.meminfo.three-lines.txt", 127601452, 115669068, null, null)]
    [InlineData("fedora20.meminfo.no-memavailable-excerpt.txt", 16389008, 5842704 + 1348264 + 5477328, null, null)]
    public void Parse_Excerpts_HaveTheirKilobytes(string capture, long total, long available, long? swapTotal, long? swapFree)
    {
        var memory = HostVitals.Parse(HostCapture.HostWithMemory(HostCapture.Proc(capture))).Memory;

        Assert.Equal(total * KiB, memory.Total);
        Assert.Equal(available * KiB, memory.Available);
        Assert.Equal(swapTotal * KiB, memory.SwapTotal);
        Assert.Equal(swapFree * KiB, memory.SwapFree);
        Assert.Null(memory.HugePagesTotal);
    }

    [Fact]
    public void Parse_TheUnderflowOfWsl1_HasNoFreeSwap()
    {
        var body = HostCapture.HostWithMemory("MemTotal:16000000\nSwapTotal:4000000\n" + HostCapture.Proc("wsl1.meminfo.swapfree-line.txt"));

        var memory = HostVitals.Parse(body).Memory;

        Assert.Equal(4000000 * KiB, memory.SwapTotal);
        Assert.Null(memory.SwapFree);
    }

    [Theory]
    [InlineData("MemAvailable:2000")]
    [InlineData("MemAvailable:2000\nMemFree:1\nBuffers:1\nCached:1")]
    [InlineData("MemAvailable:-1")]
    [InlineData("MemAvailable:")]
    [InlineData("MemFree:1\nBuffers:1")]
    [InlineData("MemFree:99999999999999999999\nBuffers:1\nCached:1")]
    public void Parse_AvailableIsImplausibleOrCannotBeEstimated_IsNull(string lines) =>
        Assert.Null(HostVitals.Parse(HostCapture.HostWithMemory("MemTotal:1000\n" + lines)).Memory.Available);

    [Theory]
    [InlineData("hugepages:2048:1:2")]
    [InlineData("hugepages:2048:1")]
    [InlineData("hugepages:2048:9000000000000000:1")]
    [InlineData("hugepages:a:b:c")]
    public void Parse_ASenselessHugePageLine_AddsNothing(string line)
    {
        var memory = HostVitals.Parse(HostCapture.HostWithMemory($"MemTotal:1000\n{line}")).Memory;

        Assert.Null(memory.HugePagesTotal);
        Assert.Null(memory.HugePagesFree);
    }
}
