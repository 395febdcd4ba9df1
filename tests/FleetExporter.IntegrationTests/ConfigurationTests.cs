using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public sealed class ConfigurationTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Five_errors_are_reported_at_once_with_their_positions()
    {
        using var folder = new TestFolder();
        folder.Write("fleet.yml", """
            poll_interval: 5 fortnights
            pol_interval: 5s
            hosts:
              - name: a
                address: -oProxyCommand=x
                gpu: maybe
              - address: b.lan

            """);
        await using var service = Exporter.Launch(folder, folder.Path, ["--config", "fleet.yml"]);
        Assert.Equal(2, await service.EndAsync(Soon));
        var places = service.Output.Split('\n')
            .Select(l => Regex.Match(l, @"^fleet\.yml:(\d+):(\d+): \S")).Where(m => m.Success).Select(m => m.Groups[1].Value);
        Assert.Equal(["1", "2", "5", "6", "7"], places);
        Assert.Contains("5 errors", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_way_to_reload_adds_the_new_host()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, Hosts("one"));
        await exporter.UntilOnlineAsync("one");

        // Faster than the file watcher's interval, so caused by the signal.
        folder.Write("fleet.yml", Hosts("one", "by-signal"));
        exporter.Send(Signal.Hup);
        await exporter.UntilOnlineAsync("by-signal");
        Assert.Contains("Reload (SIGHUP): applied", exporter.Log, StringComparison.Ordinal);

        folder.Write("fleet.yml", Hosts("one", "by-signal", "by-post"));
        using var answer = await exporter.Http.PostAsync("/-/reload", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await exporter.UntilOnlineAsync("by-post");

        folder.Write("fleet.yml", Hosts("one", "by-signal", "by-post", "by-itself"));
        await exporter.UntilOnlineAsync("by-itself");
        Assert.Contains("Reload (the file has changed): applied", exporter.Log, StringComparison.Ordinal);
        Assert.Equal(4, (await exporter.JsonAsync("/api/hosts")).List("items").Count);
        await exporter.StopAsync();
    }

    [Fact]
    public async Task A_failed_reload_changes_nothing_and_is_published()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, Hosts("one"));
        await exporter.UntilOnlineAsync("one");
        folder.Write("fleet.yml", "hosts: [{ name: two }]\npoll_interval: never\n");
        using var answer = await exporter.Http.PostAsync("/-/reload", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Contains("fleet.yml:2:16", problem["errors"]!["fleet.yml"]![0]!.GetValue<string>(), StringComparison.Ordinal);

        var page = await exporter.PageAsync();
        Assert.Equal(0, page.Value("fleet_config_last_reload_success"));
        Assert.Equal(["one"], page.Of("fleet_host_info").Select(s => s["host"]));
        folder.Write("fleet.yml", Hosts("two"));
        page = await exporter.UntilAsync("the good file is taken over", p => p.Find("fleet_config_last_reload_success") == 1);
        await exporter.UntilOnlineAsync("two");
        Assert.Empty((await exporter.PageAsync()).Of("fleet_host_info", ("host", "one")));
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start_with_a_hint_before_any_host_is_contacted()
    {
        using var folder = new TestFolder();
        await using var first = await Exporter.StartAsync(folder, Hosts("one"));
        using var host = new TcpListener(IPAddress.Loopback, 0);
        host.Start();
        using var own = new TestFolder();
        own.Write("fleet.yml", $"hosts: [{{ name: box, address: '{host.LocalEndpoint}' }}]\n");
        await using var second = Exporter.Launch(own, own.Path, ["--listen", first.Http.BaseAddress!.Authority]);
        Assert.Equal(1, await second.EndAsync(Soon));
        Assert.Contains(
            $"{first.Http.BaseAddress.Authority} is already in use. Is another exporter running? Choose another address with --listen.",
            second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", second.Output, StringComparison.Ordinal);
        Assert.False(host.Pending());
    }

    [Theory]
    [InlineData("0.0.0.0:9470")]
    [InlineData("[::]:9470")]
    [InlineData("192.0.2.1:9470")]
    public async Task A_network_address_without_keys_is_rejected(string address)
    {
        using var folder = new TestFolder();
        await using var service = Exporter.Launch(folder, folder.Path, ["--listen", address]);
        Assert.Equal(2, await service.EndAsync(Soon));
        Assert.Contains("is a network address", service.Output, StringComparison.Ordinal);
    }

    private static string Hosts(params IEnumerable<string> names) =>
        $"poll_interval: 1s\nhosts:\n{string.Concat(names.Select(n => $"  - name: {n}\n"))}";
}
