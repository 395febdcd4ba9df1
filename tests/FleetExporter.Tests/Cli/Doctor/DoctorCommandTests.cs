using System.Text.Json;
using FleetExporter.Cli.Doctor;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Cli.Doctor;

/// <summary>Output and exit code of <c>doctor</c>.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task An_invalid_configuration_is_one_failure_per_mistake()
    {
        var (exit, output) = await RunAsync("listen: nowhere\npoll_interval: never\n", "json");

        Assert.Equal(1, exit);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(["failed", "failed"], json.RootElement.EnumerateArray().Select(f => f.GetProperty("status").GetString()));
        Assert.Contains("fleet.yml:2:", json.RootElement[1].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_finding_has_a_status_of_the_closed_set_and_warnings_and_failures_have_a_fix()
    {
        var dead = FakeTcpServer.DeadPort();
        var (exit, output) = await RunAsync($"listen: 127.0.0.1:0\nprometheus: {{ url: 'http://127.0.0.1:{dead}' }}\n", "json");

        Assert.Equal(1, exit);
        using var json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetArrayLength() > 15, output);
        Assert.All(json.RootElement.EnumerateArray(), f =>
        {
            var status = f.GetProperty("status").GetString();
            Assert.Contains(status, Words.All<FindingStatus>());
            Assert.Equal(status is "warning" or "failed", f.GetProperty("fix").ValueKind == JsonValueKind.String);
            Assert.NotEqual("", f.GetProperty("subject").GetString());
            Assert.NotEqual("", f.GetProperty("detail").GetString());
        });
        Assert.False(Directory.Exists(_folder.PathOf("data")));
    }

    [Fact]
    public void The_table_escapes_markup_and_lists_fixes_and_counts()
    {
        using var output = new StringWriter();

        FindingReport.WriteTable([Finding.Ok("a", "[red]x[/]\u001b[2J"), Finding.Warning("b", "[", "chmod 600 f")], output);

        Assert.Contains("[red]x[/] [2J", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nwarning: b: [\n  chmod 600 f\n", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n1 ok, 1 warning\n", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int Exit, string Output)> RunAsync(string config, string format)
    {
        using var output = new StringWriter();
        ConfigResult loaded = ConfigFile.Load(_folder.Write("fleet.yml", config), TargetCatalog.Kinds, _ => null);
        return (await DoctorCommand.RunAsync(loaded, format, output, TestContext.Current.CancellationToken), output.ToString());
    }
}
