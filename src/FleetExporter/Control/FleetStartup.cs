using System.Runtime.InteropServices;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Control;

/// <summary>
/// Starts monitoring once the server listens, so a failed bind contacts no host. Reloads the configuration on SIGHUP and
/// when the file changes.
/// </summary>
internal sealed partial class FleetStartup(
    Fleet fleet, Watchlist watchlist, TargetSet targets, TargetList targetList, DeviceSet devices, LiveConfig config, TimeProvider clock,
    ILogger<FleetStartup> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private PosixSignalRegistration? _hangup;
    private ConfigWatcher? _watcher;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await targetList.ApplyAsync().ConfigureAwait(false);
        await watchlist.ApplyAsync().ConfigureAwait(false);
        devices.Apply(config.Current);
        targetList.UnitsChanged += OnUnitsChanged;
        config.Changed += OnChanged;
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Reload("SIGHUP");
        });
        if (config.Current.SourcePath is { } path)
        {
            _watcher = new ConfigWatcher(path, () => Reload("the file has changed"), clock);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Dispose();
        await Task.WhenAll(fleet.DisposeAsync().AsTask(), targets.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _hangup?.Dispose();
        _watcher?.Dispose();
        _stop.Dispose();
    }

    private void Reload(string cause)
    {
        var result = config.Reload();
        foreach (var error in result.Errors)
        {
            LogError(error.ToString());
        }

        foreach (var warning in result.Warnings)
        {
            LogWarning(warning);
        }

        LogReload(cause, result.Success ? "applied" : "invalid, the previous configuration stays active");
    }

    private void OnChanged(FleetConfig previous, FleetConfig current) => _ = LoggedAsync(async () =>
    {
        // First the targets: hosts report the units of stored ones.
        await targetList.ApplyAsync().ConfigureAwait(false);
        await watchlist.ApplyAsync().ConfigureAwait(false);
        devices.Apply(current);
        await watchlist.SyncAsync(_stop.Token).ConfigureAwait(false);
    });

    private void OnUnitsChanged() => _ = LoggedAsync(watchlist.ApplyAsync);

    private async Task LoggedAsync(Func<Task> apply)
    {
        try
        {
            await apply().ConfigureAwait(false);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            LogNotApplied(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reload ({Cause}): {Outcome}")]
    private partial void LogReload(string cause, string outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void LogError(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogWarning(string problem);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The new configuration could not be applied")]
    private partial void LogNotApplied(Exception error);
}
