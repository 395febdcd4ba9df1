using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class GpuFieldsTests
{
    public static TheoryData<string> Help => [.. GpuManifest.Help.Select(fixture => fixture.File)];

    [Theory]
    [MemberData(nameof(Help))]
    public void Every_known_driver_has_every_wanted_field(string file)
    {
        var valid = GpuFields.Parse(Captures.Read(file));
        Assert.Equal(GpuFields.Wanted.Select(field => field.Name), GpuFields.Select(valid));
        Assert.Contains("clocks_throttle_reasons.active", valid);
        Assert.DoesNotContain("0: Default", valid);
        Assert.True(valid.Count > 150, $"{valid.Count} fields");
    }

    [Fact]
    public void Select_OldDriver_TakesItsSpelling() => Assert.Equal(
        ["index", "name", "clocks.sm", "clocks_throttle_reasons.hw_slowdown"],
        GpuFields.Select(new HashSet<string> { "clocks_throttle_reasons.hw_slowdown", "name", "index", "clocks.sm", "serial" }));

    [Theory]
    [InlineData("memory.total [MiB]", "memory.total")]
    [InlineData("clocks.sm", "clocks.current.sm")]
    [InlineData("gpu_name", "name")]
    [InlineData("pcie.link.gen.current", "pcie.link.gen.gpucurrent")]
    [InlineData("gpu.power.current_limit", "enforced.power.limit")]
    [InlineData("clocks_throttle_reasons.sw_power_cap", "clocks_event_reasons.sw_power_cap")]
    [InlineData("utilization.memory", "utilization.memory")]
    [InlineData("encoder.stats.sessionCount", null)]
    public void Canonical_AnySpelling_OurName(string spelling, string? name) => Assert.Equal(name, GpuFields.Canonical(spelling));

    [Fact]
    public void Base_is_part_of_wanted_and_in_its_order()
    {
        Assert.Equal(13, GpuFields.Base.Count);
        Assert.Equal(GpuFields.Base, GpuFields.Wanted.Where(GpuFields.Base.Contains));
    }

    [Fact]
    public void Parse_NoField_ToolFailure() => Assert.Equal(
        CollectorFailure.Driver,
        Assert.Throws<ToolFailureException>(() => GpuFields.Parse(Captures.Read("errors/version-mismatch.stdout.txt"))).Reason);
}
