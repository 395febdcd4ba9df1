using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The units of packaging/systemd, as systemd reads them. The release tests start them in a container.</summary>
public sealed class UnitFileTests
{
    public static TheoryData<string> Units =>
        [.. Directory.GetFiles(Repository.PathOf("packaging", "systemd"), "*.service").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Units))]
    public async Task Systemd_accepts_every_line(string unit)
    {
        using var folder = new TestFolder();
        var text = await File.ReadAllTextAsync(PathOf(unit), TestContext.Current.CancellationToken);
        var installed = folder.Write(unit, text
            .Replace("/usr/bin/fleet-exporter ", $"{Repository.Service} ", StringComparison.Ordinal)
            .Replace("User=fleet", "User=root", StringComparison.Ordinal));

        var verified = await Tool.TryAsync("systemd-analyze", "verify", "--man=no", installed);

        Assert.DoesNotContain($"{unit}:", verified.Output + verified.Error, StringComparison.Ordinal);
        Assert.Equal(0, verified.Exit);
    }

    [Theory]
    [MemberData(nameof(Units))]
    public async Task The_service_is_sandboxed(string unit)
    {
        var judged = await Tool.TryAsync("systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", PathOf(unit));

        Assert.True(judged.Exit == 0, judged.Output + judged.Error);
    }

    private static string PathOf(string unit) => Repository.PathOf("packaging", "systemd", unit);
}
