using FleetExporter.Api;
using FleetExporter.Metrics;
using FleetExporter.Tests.Golden;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Replays the recordings of both versions to the real client and collector and compares the page byte for byte.</summary>
public sealed class GatewayPageTests
{
    [Theory]
    [InlineData("", "2026.9.6")]
    [InlineData("2026.5.28", "2026.5.28")]
    public async Task Each_version_has_its_expected_page(string folder, string version)
    {
        var page = await PageAsync(folder);
        var samples = PageText.Samples(page);
        var families = ExporterPage.Families.ToDictionary(f => f.Name);

        Assert.Equal(samples.Select(s => s.Series).Distinct(), samples.Select(s => s.Series));
        Assert.All(samples, sample =>
            Assert.Equal(Assert.Contains(sample.Name, (IReadOnlyDictionary<string, MetricFamily>)families).Labels, sample.Labels));
        Assert.All(samples.Where(s => s.Name.EndsWith("_ratio", StringComparison.Ordinal)), s => Assert.InRange(s.Value, 0, 1));
        Expected.Matches($"pages/openclaw-{version}.metrics", PageText.WithoutHelp(page));
    }

    [Fact]
    public async Task Text_written_by_people_is_not_on_the_page()
    {
        var page = await PageAsync("") + await PageAsync("2026.5.28");

        Assert.All(["hello", "USE_", "Fake answer", "LLM request", "always fails", "Hi over http", "helper", "/home/"], text =>
            Assert.DoesNotContain(text, page, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> PageAsync(string folder)
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.Version = folder;
        await using var watched = new PolledGateway(gateway.Url, new FakeClock(), channels: ["discord"]);

        // Unsettled usage is requested again, up to a limit.
        for (var polls = 0; polls < 7; polls++)
        {
            await watched.PollAsync();
        }

        return watched.Page();
    }
}
