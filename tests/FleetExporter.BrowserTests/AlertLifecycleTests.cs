using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>
/// An alert from the GPU to the page: a real host, the service, Prometheus with the project's rules and Alertmanager with its routes.
/// </summary>
public sealed class AlertLifecycleTests(Chromium chromium) : PageTest(chromium)
{
    private const string AlertName = "FleetGpuTemperatureCritical";

    private readonly List<IAsyncDisposable> _parts = [];
    private WatchedMachine? _machine;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hot_GPU_raises_an_alert_that_is_acknowledged_and_resolves_without_a_reload()
    {
        _machine = Keep(await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn));
        var gpu = FakeNvidiaSmi.H100(_machine.Folder);
        gpu.SetTemperature(40);
        var (exporter, alertmanager, prometheus) = await StartAsync(_machine);
        await prometheus.UntilAsync("fleet_gpu_temperature_celsius{host='box'} == 40");

        var visit = await VisitAsync(exporter, new("hosts", SmallFleet.OperatorKey));
        await Expect(visit.Host("box").GetByTestId("host-status")).ToHaveTextAsync("online");
        await Expect(visit.Find("banner")).ToBeHiddenAsync();

        gpu.SetTemperature(95);
        await Expect(visit.Find("banner-list")).ToContainTextAsync("box · GPU 0 A GPU is about to shut down from heat.", new() { Timeout = 60_000 });
        await Expect(visit.Host("box").GetByTestId("gpu-temperature")).ToHaveTextAsync("95 °C");
        await visit.GoAsync("alerts");
        var alert = visit.Visible("alert").Filter(new() { HasText = AlertName });
        await Expect(alert.GetByTestId("alert-severity")).ToHaveTextAsync("critical");
        await Expect(alert).ToContainTextAsync("95 °C");
        await visit.Page.ScreenshotAsync(new() { Path = ScreenshotPath("alert-hot-1400.png") });

        await alert.GetByTestId("alert-ack").ClickAsync();
        await visit.Find("ack-comment").FillAsync("fan ordered");
        await visit.Find("ack-submit").ClickAsync();
        await Expect(alert).ToHaveCountAsync(0);
        var silence = Assert.Single((await alertmanager.AskAsync("silence", "query")).AsArray())!;
        Assert.Contains($"alertname={AlertName}", silence.List("matchers").Select(m => $"{m.Text("name")}={m.Text("value")}"));

        await visit.Find("choice-acknowledged").ClickAsync();
        await Expect(alert).ToContainTextAsync("fan ordered");
        gpu.SetTemperature(40);
        await Expect(alert).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        Assert.Empty(await prometheus.QueryAsync($"ALERTS{{alertname='{AlertName}',alertstate='firing'}}"));
    }

    private async Task<(Exporter Exporter, AlertmanagerServer Alertmanager, PrometheusServer Prometheus)> StartAsync(WatchedMachine machine)
    {
        var address = $"127.0.0.1:{Ports.Free()}";
        var routes = await AlertmanagerServer.ConfigAsync(
            machine.Folder, new Dictionary<string, string> { ["FLEET_URL"] = $"http://{address}" });
        var alertmanager = Keep(await AlertmanagerServer.StartAsync(machine.Folder, routes));
        var exporter = Keep(await Exporter.StartAsync(
            machine.Folder, $"alertmanager: {{ url: \"{alertmanager.Url}\" }}\n{SmallFleet.KeysYaml}\n{machine.Config()}", null, "--listen", address,
            "--key", $"alertmanager:push:{await AlertmanagerServer.KeyHashAsync(machine.Folder)}"));
        var prometheus = Keep(await PrometheusServer.WithRulesAsync(
            machine.Folder,
            new Dictionary<string, string> { ["FLEET_ADDRESS"] = address, ["ALERTMANAGER_ADDRESS"] = $"127.0.0.1:{alertmanager.Port}" }));
        await exporter.UntilOnlineAsync();
        return (exporter, alertmanager, prometheus);
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
