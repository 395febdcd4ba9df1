using Microsoft.Extensions.Hosting.WindowsServices;

namespace FleetExporter.Cli.Agent;

/// <summary>The agent as a Windows service: answers the service control manager, and reports to the event log.</summary>
internal sealed class WindowsAgent(PushLoop loop) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Name of the service and source of its events, as <c>install-agent.ps1</c> creates them.</summary>
    public const string Name = "FleetExporterAgent";

    public static bool IsService => WindowsServiceHelpers.IsWindowsService();

    /// <param name="create">Creates the loop, from what writes a line to the event log.</param>
    public static async Task<int> RunAsync(Func<Action<string>, PushLoop> create, CancellationToken stop)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Services
            .AddWindowsService(options => options.ServiceName = Name)
            .AddHostedService(services =>
            {
                var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(Name);
                return new WindowsAgent(create(line => log.Log(LogLevel.Warning, default, line, null, static (text, _) => text)));
            });
        await builder.Build().RunAsync(stop).ConfigureAwait(false);
        return 0;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => loop.RunAsync(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();
}
