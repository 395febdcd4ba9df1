using FleetExporter.Api;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Golden;

/// <summary>Runs the real collectors on every capture and compares the page byte for byte.</summary>
public sealed class GoldenPageTests
{
    public static TheoryData<string> Names() => [.. GoldenHost.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Captures_give_the_expected_pages(string name) =>
        Expected.Matches($"pages/{name}.metrics", PageText.WithoutHelp(await GoldenHost.PageAsync(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Series_are_unique_and_labels_declared(string name)
    {
        var samples = PageText.Samples(await GoldenHost.PageAsync(name));
        var families = ExporterPage.Families.ToDictionary(f => f.Name);

        Assert.NotEmpty(samples);
        Assert.Equal(samples.Select(s => s.Series).Distinct(), samples.Select(s => s.Series));
        Assert.All(samples, sample =>
        {
            var family = Assert.Contains(sample.Name, (IReadOnlyDictionary<string, MetricFamily>)families);
            Assert.Equal(family.Labels, sample.Labels);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Ratios_and_other_values_are_plausible(string name)
    {
        var samples = PageText.Samples(await GoldenHost.PageAsync(name));

        Assert.All(samples, s => Assert.True(double.IsFinite(s.Value), s.Series));
        Assert.All(samples.Where(s => s.Name.EndsWith("_ratio", StringComparison.Ordinal)), s => Assert.InRange(s.Value, 0, 1));
        Assert.All(samples.Where(s => s.Name.EndsWith("_celsius", StringComparison.Ordinal)), s => Assert.InRange(s.Value, 10, 130));
        Assert.All(samples.Where(s => s.Name.EndsWith("_hertz", StringComparison.Ordinal) && s.Value != 0), s => Assert.InRange(s.Value, 1e8, 2e10));
    }
}
