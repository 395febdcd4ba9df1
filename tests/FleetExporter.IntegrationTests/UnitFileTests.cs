using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>config/fleet-exporter.service, as systemd reads it. No systemd runs here that could start it.</summary>
public sealed class UnitFileTests
{
    private static readonly string Unit = Repository.PathOf("config", "fleet-exporter.service");

    [Fact]
    public async Task Systemd_accepts_every_line()
    {
        using var folder = new TestFolder();
        var text = await File.ReadAllTextAsync(Unit, TestContext.Current.CancellationToken);
        var installed = folder.Write("fleet-exporter.service", text
            .Replace("/opt/fleet-exporter/fleet-exporter", Repository.Service, StringComparison.Ordinal)
            .Replace("User=fleet", "User=root", StringComparison.Ordinal));

        var verified = await Tool.TryAsync("systemd-analyze", "verify", "--man=no", installed);

        Assert.DoesNotContain("fleet-exporter.service:", verified.Output + verified.Error, StringComparison.Ordinal);
        Assert.Equal(0, verified.Exit);
    }

    [Fact]
    public async Task The_service_is_sandboxed()
    {
        var judged = await Tool.TryAsync("systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", Unit);

        Assert.True(judged.Exit == 0, judged.Output + judged.Error);
    }
}
