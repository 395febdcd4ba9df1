using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class TemperaturesTests
{
    [Fact]
    public void Parse_Sensors_HaveNamesAndLimits()
    {
        var result =
            Temperatures.Parse("T45500:80000:100000:coretemp:Package id 0\nT38850:::nvme:Composite: a:b\nT-5000:::acpitz:\nT1000:::: label ");

        Assert.Equal(
            [
                new TemperatureSensor("coretemp/Package id 0", 45.5, 80, 100),
                new TemperatureSensor("nvme/Composite: a:b", 38.85, null, null),
                new TemperatureSensor("acpitz", -5, null, null),
                new TemperatureSensor("label", 1, null, null),
            ],
            result.Sensors);
        Assert.Empty(result.UnparsedLines);
    }

    [Fact]
    public void Parse_ANameAgain_GetsTheNextFreeNumber()
    {
        var result = Temperatures.Parse("T1000:::nvme:x\nT2000:::nvme:x 2\nT3000:::nvme:x\nT4000:::nvme:x");

        Assert.Equal(["nvme/x", "nvme/x 2", "nvme/x 3", "nvme/x 4"], result.Sensors.Select(static s => s.Sensor));
    }

    [Theory]
    [InlineData("65261850")]
    [InlineData("250001")]
    [InlineData("-50001")]
    [InlineData("-273150")]
    public void Parse_AnImplausibleReading_IsDropped(string millidegrees) =>
        Assert.Empty(Temperatures.Parse($"T{millidegrees}:::nvme:Sensor 1").Sensors);

    [Theory]
    [InlineData("65261850")]
    [InlineData("0")]
    [InlineData("-1000")]
    [InlineData("x")]
    public void Parse_AnInvalidLimit_IsNull(string limit)
    {
        var sensor = Assert.Single(Temperatures.Parse($"T40000:{limit}:{limit}:nvme:").Sensors);

        Assert.Null(sensor.MaxCelsius);
        Assert.Null(sensor.CriticalCelsius);
    }

    [Theory]
    [InlineData("T:::nvme:x")]
    [InlineData("T99999999999:::nvme:x")]
    [InlineData("T40000:::nvme")]
    [InlineData("T40000::::")]
    [InlineData("sh: read error")]
    public void Parse_ALineOfAnotherFormat_IsAnUnparsedLine(string line)
    {
        var result = Temperatures.Parse($"T40000:::cpu:\n{line}");

        Assert.Equal("cpu", Assert.Single(result.Sensors).Sensor);
        Assert.Equal([line], result.UnparsedLines);
        Assert.Throws<FormatException>(() => Temperatures.Parse(line));
    }

    [Fact]
    public void Parse_Nothing_IsEmpty() => Assert.Empty(Temperatures.Parse("\n").Sensors);
}
