using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class KernelLogTests
{
    [Theory]
    [InlineData("[12345.678901] NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.", 12345.678901, "00000000:3B:00.0", 79)]
    [InlineData("[   12.500000] NVRM: Xid (PCI:0000:3b:00): 31, Ch 00000001", 12.5, "00000000:3B:00.0", 31)]
    [InlineData("[12345.678901] host kernel: NVRM: Xid (PCI:0000:3b:00.0): 13, Graphics Exception", 12345.678901, "00000000:3B:00.0", 13)]
    [InlineData("[    9.100000] NVRM: Xid (0000:03:00): 62, 0cb5(2d50)", 9.1, "00000000:03:00.0", 62)]
    [InlineData("[    9.100000] NVRM: Xid (PCI:000f:01:00): 119, pid='<unknown>', name=<unknown>, Timeout", 9.1, "0000000F:01:00.0", 119)]
    public void ParseXids_Line_TimeBusAndCode(string line, double seconds, string bus, int code) =>
        Assert.Equal([new Xid(seconds, bus, code)], KernelLog.ParseXids($"[    0.000000] Linux version 6.17\r\n{line}\r\n"));

    [Theory]
    [InlineData("")]
    [InlineData("-- No entries --")]
    [InlineData("[    0.000000] Linux version 6.17")]
    [InlineData("[    1.000000] app[7]: NVRM: Xid (PCI:0000:3b:00): 79")]
    [InlineData("[    1.000000] NVRM: Xid (PCI:nothing): 79")]
    [InlineData("[    1.000000] NVRM: Xid (PCI:0000:3b:00): 99999999999999999999")]
    [InlineData("[    1.000000] cp: Operation not permitted")]
    public void ParseXids_NoXid_Empty(string text) => Assert.Empty(KernelLog.ParseXids(text));

    [Theory]
    [InlineData("dmesg: read kernel buffer failed: Operation not permitted", CollectorFailure.Permission)]
    [InlineData(
        "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm' can see all.\n-- No entries --",
        CollectorFailure.Permission)]
    [InlineData("No journal files were opened due to insufficient permissions.", CollectorFailure.Permission)]
    [InlineData("sh: 1: dmesg: not found", CollectorFailure.ToolMissing)]
    public void ParseXids_Refused_ToolFailure(string text, CollectorFailure reason) =>
        Assert.Equal(reason, Assert.Throws<ToolFailureException>(() => KernelLog.ParseXids(text)).Reason);

    [Fact]
    public void A_hint_beside_messages_is_ignored() => Assert.Single(
        KernelLog.ParseXids(
            "Hint: You are currently not seeing messages from other users and the system.\n[1.5] h kernel: NVRM: Xid (PCI:0000:3b:00): 79, x"));

    [Theory]
    [InlineData("0000:3b:00", "00000000:3B:00.0")]
    [InlineData("00000000:3B:00.0", "00000000:3B:00.0")]
    [InlineData("3b:00.1", "00000000:3B:00.1")]
    [InlineData("0000000f:01:00.0", "0000000F:01:00.0")]
    [InlineData("3b", null)]
    [InlineData("", null)]
    public void Normalise_AnySpelling_NvidiaSmisOwn(string text, string? normal) => Assert.Equal(normal, PciBusId.Normalise(text));
}
