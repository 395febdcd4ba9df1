using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class CpuTimesTests
{
    private static readonly CpuTimes Base = new(100, 10, 50, 1000, 20, 1, 2, 3);

    [Fact]
    public void BusyRatio_TheTwoCaptures_Is5Point5Percent()
    {
        var before = HostVitals.Parse(HostCapture.Host("vm-2cpu.proc-stat.t0.txt")).Cpu;
        var after = HostVitals.Parse(HostCapture.Host("vm-2cpu.proc-stat.t1.txt")).Cpu;

        Assert.Equal(0.055, CpuTimes.BusyRatio(before, after)!.Value, 9);
    }

    [Fact]
    public void BusyRatio_NoTickElapsed_IsNull() => Assert.Null(CpuTimes.BusyRatio(Base, Base));

    [Fact]
    public void BusyRatio_AfterAReboot_IsNull() => Assert.Null(CpuTimes.BusyRatio(Base, new CpuTimes(1, 0, 1, 10, 0, 0, 0, 0)));

    [Fact]
    public void BusyRatio_IdleFarBack_IsNull() => Assert.Null(CpuTimes.BusyRatio(Base, Base with { User = 200, Idle = 990 }));

    [Fact]
    public void BusyRatio_IoWaitStepsBack_CountsItAsZero() =>
        Assert.Equal(0.5, CpuTimes.BusyRatio(Base, Base with { User = 101, Idle = 1001, IoWait = 5 }));

    [Fact]
    public void BusyRatio_NiceSystemIrqAndStealAreBusy_IoWaitIsNot() =>
        Assert.Equal(0.75, CpuTimes.BusyRatio(Base, new CpuTimes(101, 11, 51, 1001, 21, 2, 3, 4)));

    [Fact]
    public void Modes_AreTheEightOfTheKernel() =>
        Assert.Equal(["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"], Base.Modes().Select(static m => m.Mode));
}
