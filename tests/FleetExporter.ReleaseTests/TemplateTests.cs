using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FleetExporter.ReleaseTests;

/// <summary>A new host collector and a new kind of target need three files and one line in the catalogue, and nothing else.</summary>
public sealed partial class TemplateTests(ExtendedSource source) : IClassFixture<ExtendedSource>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_command_metrics_lists_their_families()
    {
        var listed = await source.RunAsync(source.Program, Limit, "metrics", "--format", "json");

        Assert.Contains("fleet_host_entropy_bits", listed, StringComparison.Ordinal);
        Assert.Contains("fleet_port_connect_seconds", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documentation_and_the_other_tests_need_no_change_by_hand()
    {
        string[] classes =
        [
            "MetricsDocumentationTests", "CatalogueTests", "LayersTests", "SimulatedHostsTests", "SimulatedTargetsTests", "SectionFuzzTests",
        ];

        await source.RunAsync(
            source.PathOf("tests", "FleetExporter.Tests", "bin", "Debug", "net10.0", "FleetExporter.Tests"),
            TimeSpan.FromMinutes(3),
            ["-noColor", .. classes.SelectMany(name => new[] { "-class", $"*{name}" })]);

        var documented = await File.ReadAllTextAsync(source.PathOf("docs", "metrics.md"), TestContext.Current.CancellationToken);
        Assert.Contains("| `fleet_host_entropy_bits` | gauge | host |", documented, StringComparison.Ordinal);
        Assert.Contains("| `fleet_port_up` | gauge | host, port |", documented, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_tests_them()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var config = source.Folder.Write(
            "probe.yml", $"hosts: [{{ name: here }}]\nports: [{{ name: door, connect: '{listener.LocalEndpoint}' }}]\n");

        await using var host = Child.Start(source.Program, ["probe", "here", "--config", config, "--format", "json"], source.Folder.Path);
        await host.EndAsync(Limit);
        var target = await source.RunAsync(source.Program, Limit, "probe", "door", "--config", config);

        Assert.Matches("\"entropy\"[^}]* bits", host.Output);
        Assert.Contains("connected in", target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_simulated_fleet_publishes_them()
    {
        await using var service = Child.Start(
            source.Program, ["serve", "--simulate", "2", "--listen", "127.0.0.1:0"], source.Folder.Make("serve"),
            new Dictionary<string, string?> { ["XDG_RUNTIME_DIR"] = source.Folder.Make("run") });
        await Until.TrueAsync(() => service.HasExited || PageLine().IsMatch(service.Output), "the service listens", () => service.Output);
        using var http = new HttpClient { BaseAddress = new Uri(PageLine().Match(service.Output).Groups[1].Value) };

        var page = await Until.SeenAsync(
            async () => Page.Parse(await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)) is var seen
                && seen.Find("fleet_host_entropy_bits", ("host", "dgx-spark-1")) is not null
                && seen.Find("fleet_port_up", ("port", "door")) is not null ? seen : null,
            "both are published", () => service.Output);
        var overview = await http.GetStringAsync("/api/overview", TestContext.Current.CancellationToken);

        Assert.Equal(1, page.Find("fleet_port_up", ("port", "door")));
        Assert.Equal(1, page.Find("fleet_collector_success", ("host", "rtx-3090-1"), ("collector", "entropy")));
        Assert.Contains("\"kind\":\"port\",\"name\":\"door\"", overview, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"page +(http://\S+)/")]
    private static partial Regex PageLine();
}
