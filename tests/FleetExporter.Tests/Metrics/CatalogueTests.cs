using System.Text.RegularExpressions;
using FleetExporter.Api;
using FleetExporter.Collectors;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Metrics;

/// <summary>Rules for every family of the catalogue.</summary>
public sealed partial class CatalogueTests
{
    private static readonly string[] GaugeEnds = ["_count", "_sum", "_bucket", "_total"];
    private static readonly string[] ForeignLabels = ["job", "instance", "le", "pid", "quantile"];

    /// <summary>Units that are not the base unit of their kind, and short forms.</summary>
    private static readonly string[] WrongUnits =
        [
            "percent", "ms", "milliseconds", "minutes", "hours", "days", "kb", "kib", "mb", "mib", "gb",
            "gib", "kilobytes", "megabytes", "mhz", "milliwatts", "sec", "secs", "s", "fahrenheit"
        ];

    public static TheoryData<string> Names() => [.. ExporterPage.Families.Select(f => f.Name)];

    [Fact]
    public void Names_are_unique_and_in_order()
    {
        var names = ExporterPage.Families.Select(f => f.Name).ToList();

        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_family_keeps_the_rules(string name)
    {
        var family = ExporterPage.Families.Single(f => f.Name == name);

        Assert.Matches(FamilyName(), name);
        Assert.DoesNotContain("__", name, StringComparison.Ordinal);
        Assert.True(family.Type == MetricType.Counter ? name.EndsWith("_total", StringComparison.Ordinal) : !Array.Exists(GaugeEnds, name.EndsWith));
        Assert.Empty(name.Split('_').Intersect(WrongUnits));
        Assert.True(family.Help.EndsWith('.') && !family.Help.Contains('\n'), family.Help);
        Assert.Empty(family.Labels.Intersect(ForeignLabels));
        Assert.All(family.Labels, label => Assert.Matches(LabelName(), label));
        Assert.Equal(family.Labels.Distinct(), family.Labels);
        Assert.InRange(family.MaxSeriesPerTarget, 1, 1024);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_with_a_unit_has_that_unit(string name)
    {
        var family = ExporterPage.Families.Single(f => f.Name == name);
        var unit = KnownUnit().Match(name).Groups[1].Value;

        Assert.Equal(unit.Length > 0 ? unit : null, family.Unit);
    }

    [Fact]
    public void A_hosts_family_has_the_host_first_and_a_gpus_its_uuid()
    {
        Assert.All(CollectorCatalog.Families, f => Assert.Equal("host", f.Labels[0]));
        Assert.All(
            CollectorCatalog.Families.Where(f => f.Name.StartsWith("fleet_gpu_", StringComparison.Ordinal)),
            f => Assert.Equal(["host", "gpu", "uuid"], f.Labels.Take(3)));
    }

    [Fact]
    public void A_collectors_name_fits_a_section_and_is_its_own()
    {
        var names = CollectorCatalog.All.Select(c => c.Name).ToList();

        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.Matches(LabelName(), name));
        Assert.Equal(["gpu_owners", "containers", "processes"], CollectorCatalog.All.Where(c => c.Families.Count == 0).Select(c => c.Name));
    }

    [GeneratedRegex("^(fleet|process|dotnet|http)_[a-z0-9_]+$")]
    private static partial Regex FamilyName();

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex LabelName();

    [GeneratedRegex("_(bytes|seconds|ratio|celsius|watts|hertz|joules)(?:_total)?$")]
    private static partial Regex KnownUnit();
}
