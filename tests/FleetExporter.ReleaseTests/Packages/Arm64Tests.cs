namespace FleetExporter.ReleaseTests.Packages;

/// <summary>The executable for arm64, run by qemu.</summary>
public sealed class Arm64Tests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_prints_its_version_checks_a_configuration_and_polls_this_machine()
    {
        var program = await EmulatedAsync((await Dist.GetAsync()).Executable("linux-arm64"));

        Assert.StartsWith(Dist.Version, (await Tool.RunAsync(program, "--version")).Output, StringComparison.Ordinal);
        var config = _folder.Write("fleet.yml", "hosts: [{ name: here }]\nlisten: 127.0.0.1:0\n");
        Assert.Contains("valid", (await Tool.RunAsync(program, "check", "--config", config)).Output, StringComparison.Ordinal);

        await using var exporter = Child.Start(program, ["serve", "--config", config], _folder.Path);
        using var http = new HttpClient();
        await Until.SeenAsync(
            async () => Address(exporter.Output) is { } address && (await http.GetStringAsync($"{address}/metrics"))
                .Contains("fleet_host_status{host=\"here\",status=\"online\"} 1", StringComparison.Ordinal) ? exporter : null,
            "one poll of this machine", () => exporter.Output, TimeSpan.FromMinutes(3));
    }

    private static string? Address(string log) =>
        log.Split('\n').FirstOrDefault(l => l.StartsWith("  metrics", StringComparison.Ordinal))?.Split("metrics")[1].TrimEnd('/').Trim();

    /// <summary>A program that runs the executable with qemu and the libraries of arm64 that the Debian package depends on.</summary>
    private async Task<string> EmulatedAsync(string executable)
    {
        var root = await Arm64Libraries.UnpackAsync(_folder);
        return _folder.Write("fleet-exporter", $"#!/bin/sh\nexec qemu-aarch64-static -L '{root}' '{executable}' \"$@\"\n", executable: true);
    }
}
