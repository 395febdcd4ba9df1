using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class SystemIdentityTests
{
    [Fact]
    public void Parse_AWholeAnswer_HasEveryMember()
    {
        var system = SystemIdentity.Parse(
            "os=\"Debian GNU/Linux 12 (bookworm)\"\nkernel=6.18.5\narch=aarch64\nmodel=NVIDIA DGX Spark\0\ncpus=20\nbtime=1795229795\n"
            + "clock=1795231904.123456789\npagesize=65536\nuser=fleet\ntools=tmux  nvidia-smi evil\nboot_id=0f2c-11\nnew=1\nnoise");

        Assert.Equal("Debian GNU/Linux 12 (bookworm)", system.Os);
        Assert.Equal("6.18.5", system.Kernel);
        Assert.Equal("aarch64", system.Architecture);
        Assert.Equal("NVIDIA DGX Spark", system.Model);
        Assert.Equal(20, system.Cpus);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795229795), system.BootTime);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231904).AddTicks(1234567), system.Clock);
        Assert.Equal(65536, system.PageSizeBytes);
        Assert.Equal("fleet", system.User);
        Assert.Equal(["nvidia-smi", "tmux"], system.Tools.Order(StringComparer.Ordinal));
        Assert.Equal("0f2c-11", system.BootId);
    }

    [Fact]
    public void Parse_OnlyTheKernel_LeavesTheRestNull()
    {
        var system = SystemIdentity.Parse("kernel=5.4.0\nos=\nmodel=\ncpus=0\nbtime=\nclock=\npagesize=x\ntools=");

        Assert.Null(system.Os);
        Assert.Null(system.Model);
        Assert.Null(system.Cpus);
        Assert.Null(system.BootTime);
        Assert.Null(system.Clock);
        Assert.Null(system.PageSizeBytes);
        Assert.Empty(system.Tools);
    }

    [Theory]
    [InlineData("1795231904")]
    [InlineData("1795231904.")]
    [InlineData("1795231904.%N")]
    [InlineData("1795231904.N")]
    [InlineData("1795231904%N")]
    [InlineData("1795231904.x")]
    public void Parse_AClockWithoutFraction_IsToTheSecond(string clock) =>
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231904), SystemIdentity.Parse($"kernel=1\nclock={clock}").Clock);

    [Theory]
    [InlineData("-5")]
    [InlineData("99999999999999")]
    [InlineData("%s")]
    public void Parse_AnInvalidClock_IsNull(string clock) => Assert.Null(SystemIdentity.Parse($"kernel=1\nclock={clock}").Clock);

    [Theory]
    [InlineData("Alpine Linux v3.20", "Alpine Linux v3.20")]
    [InlineData("'Arch Linux'", "Arch Linux")]
    [InlineData("\"A \\\"b\\\" \\$c\"", "A \"b\" $c")]
    [InlineData("\"", "\"")]
    [InlineData("\"\"", null)]
    public void Parse_OsName_IsUnquoted(string os, string? expected) => Assert.Equal(expected, SystemIdentity.Parse($"kernel=1\nos={os}").Os);

    [Theory]
    [InlineData("")]
    [InlineData("os=x")]
    [InlineData("kernel=")]
    public void Parse_NoKernel_Throws(string body) =>
        Assert.Contains("no kernel", Assert.Throws<FormatException>(() => SystemIdentity.Parse(body)).Message, StringComparison.Ordinal);
}
