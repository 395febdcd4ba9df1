using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class HostVitalsTests
{
    [Fact]
    public void Parse_TheVirtualMachine_HasItsNumbers()
    {
        var host = HostVitals.Parse(HostCapture.Host());

        Assert.Equal(new CpuTimes(981.07, 2.19, 609.37, 2758.60, 9.10, 0, 5.06, 2.59), host.Cpu);
        Assert.Equal(new LoadAverage(2.33, 2.90, 3.81), host.Load);
        Assert.Equal([new NetworkDevice("eth0", 2246692816, 5306140, 0)], host.Networks);
        Assert.Equal(
            [new Pressure("cpu", "some", 0, 0.0012, 0.05), new Pressure("cpu", "full", 0, 0, 0), new Pressure("io", "some", 1, 0.5, 0.25)],
            host.Pressures);
    }

    [Fact]
    public void Parse_OnlyTheTwoNecessaryLines_LeavesTheRestOut()
    {
        var host = HostVitals.Parse("cpu  1 2 3 4\nMemTotal:1000");

        Assert.Equal(new CpuTimes(0.01, 0.02, 0.03, 0.04, 0, 0, 0, 0), host.Cpu);
        Assert.Null(host.Load);
        Assert.Empty(host.Pressures);
        Assert.Empty(host.Networks);
    }

    [Theory]
    [InlineData("MemTotal:1000\nload:1 2 3 1/2 3", "line 'cpu' of /proc/stat; the output begins with 'MemTotal:1000'")]
    [InlineData("cpu  1 2 x 4\nMemTotal:1000", "line 'cpu'")]
    [InlineData("cpu0 1 2 3 4\nMemTotal:1000", "line 'cpu'")]
    [InlineData("cpu  1 2 3 4\nMemFree:1000", "MemTotal of /proc/meminfo")]
    [InlineData("cpu  1 2 3 4\nMemTotal:0", "MemTotal of /proc/meminfo")]
    [InlineData("", "begins with nothing")]
    public void Parse_ANecessaryLineIsMissing_NamesIt(string body, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => HostVitals.Parse(body)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_NoBlankAfterTheInterfacesColon_IsRead()
    {
        var host = HostVitals.Parse("cpu  1 2 3 4\nMemTotal:1000\nnet:  eth0:632 1 7 0 0 0 0 0 633 1 8 0 0 0 0 0");

        Assert.Equal([new NetworkDevice("eth0", 632, 633, 15)], host.Networks);
    }

    [Fact]
    public void Parse_AnInterfaceTwice_TakesTheLastLine()
    {
        var host = HostVitals.Parse(
            "cpu  1 2 3 4\nMemTotal:1000\nnet:eth0: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\nnet:eth0: 5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0");

        Assert.Equal([new NetworkDevice("eth0", 5, 6, 0)], host.Networks);
    }

    [Theory]
    [InlineData("lo", false)]
    [InlineData("vethab12cd3", false)]
    [InlineData("cali0123", false)]
    [InlineData("lxc_health", false)]
    [InlineData("tap100i0", false)]
    [InlineData("vnet3", false)]
    [InlineData("fwpr100p0", false)]
    [InlineData("docker0", false)]
    [InlineData("br-0123456789ab", false)]
    [InlineData("ifb0", false)]
    [InlineData("eth0", true)]
    [InlineData("enP7s7", true)]
    [InlineData("vmbr0", true)]
    [InlineData("br-lan", true)]
    [InlineData("wg0", true)]
    [InlineData("lowpan0", true)]
    [InlineData("bond0.100", true)]
    public void Parse_Interface_IsPublishedUnlessItIsPlumbing(string name, bool published)
    {
        var host = HostVitals.Parse($"cpu  1 2 3 4\nMemTotal:1000\nnet:{name}: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0");

        Assert.Equal(published, host.Networks.Any(n => n.Device == name));
    }

    [Theory]
    [InlineData("pressure:cpu:some avg10=101 avg60=0 avg300=0 total=1")]
    [InlineData("pressure:cpu:some avg10=NaN avg60=0 avg300=0 total=1")]
    [InlineData("pressure:irq:full avg10=1 avg60=0 avg300=0 total=1")]
    [InlineData("pressure:cpu:some")]
    [InlineData("load:NaN 1 2")]
    [InlineData("load:1,5 1 2")]
    [InlineData("net:eth0: 1 2 3")]
    public void Parse_ASenselessLine_IsLeftOut(string line)
    {
        var host = HostVitals.Parse($"cpu  1 2 3 4\nMemTotal:1000\n{line}");

        Assert.Empty(host.Pressures);
        Assert.Empty(host.Networks);
        Assert.Null(host.Load);
    }
}
