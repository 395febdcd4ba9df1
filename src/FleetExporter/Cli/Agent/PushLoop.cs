using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Cli.Agent;

/// <summary>
/// Reads and pushes in a loop. Each attempt takes a new reading, so that no old data is sent. Reports each failure once, and the recovery.
/// </summary>
/// <param name="read">Takes a reading.</param>
/// <param name="push">Sends it to the service.</param>
/// <param name="report">Writes one line for a person.</param>
internal sealed class PushLoop(
    Func<CancellationToken, Task<IReadOnlyList<Gpu?>>> read, Func<IReadOnlyList<Gpu?>, CancellationToken, Task> push,
    TimeSpan interval, TimeProvider clock, Action<string> report)
{
    /// <summary>Longest pause after a transient failure, and after one that needs a change of configuration.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxPauseAfterPermanentFailure = TimeSpan.FromMinutes(1);

    private string? _lastReportedError;
    private bool _pushed;
    private int _failures;

    /// <summary>Runs until <paramref name="stop"/> is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            var failure = await TryAsync(stop).ConfigureAwait(false);
            var pause = failure is null ? interval - clock.GetElapsedTime(started) : PauseAfter(failure);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One reading, one push.</summary>
    /// <returns>The failure; null after a success.</returns>
    public async Task<AgentException?> TryAsync(CancellationToken stop)
    {
        try
        {
            var gpus = await read(stop).ConfigureAwait(false);
            await push(gpus, stop).ConfigureAwait(false);
            Succeeded(gpus.Count);
            return null;
        }
        catch (AgentException e)
        {
            _failures++;
            if (_lastReportedError != e.Message)
            {
                _lastReportedError = e.Message;
                report(e.Message);
            }

            return e;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    internal TimeSpan PauseAfter(AgentException failure)
    {
        var max = failure.IsPermanent ? MaxPauseAfterPermanentFailure : MaxPause;
        var pause = interval * Math.Pow(2, Math.Min(_failures, 16));
        pause = pause < max ? pause : max > interval ? max : interval;
        return pause * (0.75 + (Random.Shared.NextDouble() * 0.25));
    }

    private void Succeeded(int gpus)
    {
        if (_lastReportedError is not null || !_pushed)
        {
            report($"{(_pushed ? "pushing again" : "pushing")}: {(gpus == 1 ? "1 GPU" : $"{gpus} GPUs")} every {Duration.Format(interval)}");
        }

        (_lastReportedError, _pushed, _failures) = (null, true, 0);
    }
}
