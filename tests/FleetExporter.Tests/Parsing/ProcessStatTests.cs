using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class ProcessStatTests
{
    [Fact]
    public void TryParse_TheFirstCapture_HasItsNumbers()
    {
        Assert.True(ProcessStat.TryParse(HostCapture.Proc("vm-pidns.proc-pid-stat.txt").Split('\n')[0], out var stat));

        Assert.Equal(new ProcessStat(1, 0, "python3", 0.07, 241801, 3573), stat);
    }

    [Theory]
    [InlineData(42, "my train.py job")]
    [InlineData(43, "a,b|c")]
    [InlineData(44, "(sd-pam)")]
    [InlineData(45, "evil) S 1 1 1 (")]
    [InlineData(46, "日本語プロ")]
    [InlineData(47, "tab\there")]
    [InlineData(49, "VLLM::EngineCor")]
    [InlineData(50, "   ")]
    public void TryParse_HostileNames_AreKept(int pid, string comm)
    {
        var line = HostCapture.Proc("vm-pidns.proc-pid-stat.txt").Split('\n').Single(l => l.StartsWith($"{pid} (", StringComparison.Ordinal));

        Assert.True(ProcessStat.TryParse(line, out var stat));
        Assert.Equal((pid, comm, 1), (stat.Pid, stat.Comm, stat.Ppid));
    }

    [Theory]
    [InlineData("48 (new")]
    [InlineData("line) S 1 0 0 0")]
    [InlineData("")]
    [InlineData("1 () S 1")]
    [InlineData(")(")]
    [InlineData("0 (x) S 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 1 1 1 1")]
    [InlineData("-1 (x) S 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 1 1 1 1")]
    [InlineData("1 (x) S 1 1 1 0 -1 4194304 1 0 0 0 NaN 1 0 0 20 0 1 0 1 1 1 1")]
    public void TryParse_ACutOrForeignLine_IsRefused(string line)
    {
        Assert.False(ProcessStat.TryParse(line, out var stat));
        Assert.Null(stat);
    }
}
