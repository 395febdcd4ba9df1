using System.Net.WebSockets;
using System.Text.Json.Nodes;
using FleetExporter.Alerting;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>
/// A real host with a GPU, the service, Prometheus with the project's rules and Alertmanager with its routes; a minute of the rules is a second.
/// </summary>
internal sealed class AlertingRun : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<string> _events = [];
    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    public required WatchedMachine Machine { get; init; }

    public required FakeNvidiaSmi Gpu { get; init; }

    /// <summary>The URLs of the receivers default and pager, in addition to the service.</summary>
    public WebhookReceiver Receiver { get; } = new();

    public HostedService Service { get; private set; } = null!;

    public AlertmanagerServer Alertmanager { get; private set; } = null!;

    public PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>The alert events a reader of /ws received, in order: event, name or id.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
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

    public string Diagnosis() =>
        $"--- receiver\n{Receiver.Output}\n--- events\n{string.Join('\n', Events)}\n"
            + $"--- Alertmanager\n{Alertmanager.Log}\n--- Prometheus\n{Prometheus.Log}";

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _socket.Abort();
        await _reading;
        _socket.Dispose();
        Receiver.Dispose();
        await Machine.DisposeAsync();
    }

    private async Task BeginAsync()
    {
        var port = Ports.Free();
        Gpu.SetTemperature(40);
        var config = await AlertmanagerServer.ConfigAsync(
            Machine.Folder,
            new Dictionary<string, string> { ["FLEET_URL"] = $"http://127.0.0.1:{port}", ["WEBHOOK_URL"] = $"{Receiver.Url}/receiver" });
        Alertmanager = Keep(await AlertmanagerServer.StartAsync(Machine.Folder, config));
        var keys = $"keys: [{{ name: alertmanager, scopes: [push], hash: \"{await AlertmanagerServer.KeyHashAsync(Machine.Folder)}\" }}]\n";
        Service =
            Keep(await HostedService.StartAsync(Machine.Folder, port, $"alertmanager: {{ url: \"{Alertmanager.Url}\" }}\n{keys}{Machine.Config()}"));
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws"), TestContext.Current.CancellationToken);
        _reading = ReadAsync();
        Prometheus = Keep(await PrometheusServer.WithRulesAsync(Machine.Folder, new Dictionary<string, string>
        {
            ["FLEET_ADDRESS"] = $"127.0.0.1:{port}",
            ["ALERTMANAGER_ADDRESS"] = $"127.0.0.1:{Alertmanager.Port}",
        }));
        await Prometheus.UntilAsync("fleet_gpu_temperature_celsius{host='box'} == 40");
    }

    /// <summary>Reads events of alerts until the socket ends.</summary>
    private async Task ReadAsync()
    {
        var (buffer, message) = (new byte[64 * 1024], new MemoryStream());
        try
        {
            while (await _socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } part)
            {
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }

                var told = JsonNode.Parse(message.ToArray())!;
                message.SetLength(0);
                if (told.Text("event").StartsWith("alert_", StringComparison.Ordinal))
                {
                    var alert = told["data"]!;
                    lock (_events)
                    {
                        _events.Add($"{told.Text("event")} {(told.Text("event") == AlertFeed.New ? alert.Text("name") : alert.Text("id"))}"
                            + $"{(alert["acknowledged"]?.GetValue<bool>() == true ? " acknowledged" : "")}");
                    }
                }
            }
        }
        catch (WebSocketException)
        {
            // The end.
        }
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
