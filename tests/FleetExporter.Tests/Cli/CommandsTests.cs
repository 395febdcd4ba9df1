using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FleetExporter.Cli;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Cli;

/// <summary>Errors of the commands.</summary>
public sealed class CommandsTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("1.5")]
    [InlineData("")]
    public void An_invalid_number_of_simulated_hosts_is_a_usage_error(string given)
    {
        foreach (var arguments in new string[][] { ["serve", "--simulate", given], ["--simulate", given] })
        {
            var parsed = Parse(arguments);

            Assert.Equal(["--simulate must be 1 to 10000"], parsed.Errors.Select(e => e.Message));
        }
    }

    [Fact]
    public void A_valid_number_of_simulated_hosts_is_accepted() => Assert.Empty(Parse(["serve", "--simulate", "20"]).Errors);

    [Fact]
    public void The_kind_of_simulated_hosts_is_one_of_those_that_exist()
    {
        Assert.Empty(Parse(["serve", "--simulate", "20", "--simulate-kind", "gpu-server"]).Errors);
        var error = Assert.Single(Parse(["serve", "--simulate", "20", "--simulate-kind", "mainframe"]).Errors);
        Assert.Contains("gpu-server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_found_before_any_host_is_contacted()
    {
        using var folder = new TemporaryFolder();
        using var taken = Listening();
        using var host = Listening();
        var file = folder.Write(
            "fleet.yml", $"listen: 127.0.0.1:{PortOf(taken)}\nhosts: [{{ name: a, address: '127.0.0.1:{PortOf(host)}', client: builtin }}]\n");

        var exit = await ServeCommand.RunAsync(
            config => Program.Build(config, []), () => ConfigFile.Load(file, TargetCatalog.Kinds, _ => null), TestContext.Current.CancellationToken);

        // A connection attempt would have arrived by now.
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal((1, false), (exit, host.Pending()));
    }

    [Fact]
    public void A_missing_key_file_is_a_warning_of_check()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "fleet.yml", "ssh: { key_file: missing }\nhosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }, { name: here }]\n");
        using var output = new StringWriter();
        using var error = new StringWriter();

        var exit = CheckCommand.Run(ConfigFile.Load(file, TargetCatalog.Kinds, _ => null), output, error);

        Assert.Equal(0, exit);
        Assert.Equal($"warning: the key file {folder.PathOf("missing")} does not exist on this machine; key_file of a, b\n", error.ToString());
    }

    [Fact]
    public async Task Probe_of_a_dead_tunnel_fails_in_exit_code_and_JSON()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "fleet.yml", $"hosts: [{{ name: here }}]\ntunnels: [{{ name: t, connect: '127.0.0.1:{FakeTcpServer.DeadPort()}' }}]\n");
        using var output = new StringWriter();

        var exit = await ProbeCommand.RunAsync(
            ConfigFile.Load(file, TargetCatalog.Kinds, _ => null), "t", "json", output, TestContext.Current.CancellationToken);

        var check = JsonDocument.Parse(output.ToString()).RootElement[0];
        Assert.Equal((1, "failed", "refused"), (exit, check.GetProperty("verdict").GetString(), check.GetProperty("reason").GetString()));
    }

    private static ParseResult Parse(string[] arguments) => CommandLine.Create(config => Program.Build(config, [])).Parse(arguments);

    private static TcpListener Listening()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
}
