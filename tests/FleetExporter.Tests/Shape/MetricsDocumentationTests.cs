using System.Text.Json;
using FleetExporter.Api;
using FleetExporter.Cli;

namespace FleetExporter.Tests.Shape;

public sealed class MetricsDocumentationTests
{
    [Fact]
    public void The_documentation_is_what_the_command_writes()
    {
        var written = Repository.PathOf("docs", "metrics.md");
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1")
        {
            File.WriteAllText(written, MetricsCommand.Markdown());
        }

        Assert.Equal(MetricsCommand.Markdown(), File.ReadAllText(written));
    }

    [Fact]
    public void As_json_the_catalogue_has_every_family_with_its_labels()
    {
        using var output = new StringWriter();

        Assert.Equal(0, MetricsCommand.Run("json", output));

        var families = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("families").EnumerateArray().ToList();
        Assert.Equal(ExporterPage.Families.Select(f => f.Name), families.Select(f => f.GetProperty("name").GetString()!));
        Assert.Equal(
            ExporterPage.Families.Select(f => f.Labels),
            families.Select(f => f.GetProperty("labels").EnumerateArray().Select(l => l.GetString()!).ToArray()));
        Assert.Equal(ExporterPage.Families.Select(f => f.Unit), families.Select(f => f.GetProperty("unit").GetString()));
        Assert.All(families, f => Assert.Contains(f.GetProperty("type").GetString(), new[] { "gauge", "counter", "histogram" }));
        Assert.All(families, f => Assert.EndsWith(".", f.GetProperty("help").GetString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("table", "fleet_gpu_info")]
    [InlineData("markdown", "| `fleet_gpu_info` | gauge | host, gpu, uuid, name, driver_version, cuda_version, compute_cap, pci_bus_id |")]
    public void For_people_it_is_a_table(string format, string row)
    {
        using var output = new StringWriter();

        Assert.Equal(0, MetricsCommand.Run(format, output));

        Assert.Contains(row, output.ToString(), StringComparison.Ordinal);
    }
}
