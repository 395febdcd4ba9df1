using FleetExporter.Api.Alerts;
using FleetExporter.IntegrationTests.Parts;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>A real host with a GPU, the service, Prometheus with the project's rules and Alertmanager with its routes; a minute of the rules is a second.</summary>
internal sealed class AlertingRun : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<string> _told = [];

    public required WatchedMachine Machine { get; init; }

    public required FakeNvidiaSmi Gpu { get; init; }

    /// <summary>Where the receivers default and pager send to, beside the service.</summary>
    public Inbox People { get; } = new();

    public HostedService Service { get; private set; } = null!;

    public AlertmanagerServer Alertmanager { get; private set; } = null!;

    public PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>What the feed has told, in order: event, name or id.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_told)
            {
                return [.. _told];
            }
        }
    }

    public static async Task<AlertingRun> StartAsync()
    {
        var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        var run = new AlertingRun { Machine = machine, Gpu = FakeNvidiaSmi.H100(machine.Folder) };
        try
        {
            await run.BeginAsync();
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    public string Diagnosis() => $"--- people\n{People.Said}\n--- told\n{string.Join('\n', Told)}\n--- Alertmanager\n{Alertmanager.Log}\n--- Prometheus\n{Prometheus.Log}";

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        People.Dispose();
        await Machine.DisposeAsync();
    }

    private async Task BeginAsync()
    {
        var port = Ports.Free();
        Gpu.Heat(40);
        var config = await AlertmanagerServer.ConfigAsync(
            Machine.Folder, new Dictionary<string, string> { ["FLEET_URL"] = $"http://127.0.0.1:{port}", ["WEBHOOK_URL"] = $"{People.Url}/people" });
        Alertmanager = Keep(await AlertmanagerServer.StartAsync(Machine.Folder, config));
        Service = Keep(await HostedService.StartAsync(Machine.Folder, port, $"alertmanager: {{ url: \"{Alertmanager.Url}\" }}\n{Machine.Config()}"));
        Service.Services.GetRequiredService<AlertFeed>().Changed += (name, data) =>
        {
            lock (_told)
            {
                _told.Add($"{name} {(data as AlertView)?.Name}{((data as AlertView)?.Acknowledged == true ? " acknowledged" : "")}{(data as AlertCleared)?.Id}");
            }
        };
        Prometheus = Keep(await PrometheusServer.WithRulesAsync(Machine.Folder, new Dictionary<string, string>
        {
            ["FLEET_ADDRESS"] = $"127.0.0.1:{port}",
            ["ALERTMANAGER_ADDRESS"] = $"127.0.0.1:{Alertmanager.Port}",
        }));
        await Prometheus.UntilAsync("fleet_gpu_temperature_celsius{host='box'} == 40");
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
