using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Cli.Agent;

/// <summary>
/// Reads and pushes, again and again. Each attempt has a reading of its own: nothing old is ever sent. A problem is said once, and its end.
/// </summary>
/// <param name="read">Takes a reading.</param>
/// <param name="push">Gives it to the service.</param>
/// <param name="say">Takes one line for a person.</param>
internal sealed class PushLoop(
    Func<CancellationToken, Task<IReadOnlyList<Gpu?>>> read, Func<IReadOnlyList<Gpu?>, CancellationToken, Task> push,
    TimeSpan interval, TimeProvider clock, Action<string> say)
{
    /// <summary>The longest pause after a failure that may pass by itself, and after one that a person has to mend.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestAfterRefusal = TimeSpan.FromMinutes(1);

    private string? _problem;
    private bool _pushed;
    private int _failures;

    /// <summary>Runs until it is told to stop.</summary>
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
    /// <returns>What went wrong; null when nothing did.</returns>
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
            if (_problem != e.Message)
            {
                _problem = e.Message;
                say(e.Message);
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
        var longest = failure.Refused ? LongestAfterRefusal : Longest;
        var pause = interval * Math.Pow(2, Math.Min(_failures, 16));
        pause = pause < longest ? pause : longest > interval ? longest : interval;
        return pause * (0.75 + (Random.Shared.NextDouble() * 0.25));
    }

    private void Succeeded(int gpus)
    {
        if (_problem is not null || !_pushed)
        {
            say($"{(_pushed ? "pushes again" : "pushes")}: {(gpus == 1 ? "1 GPU" : $"{gpus} GPUs")} every {Duration.Format(interval)}");
        }

        (_problem, _pushed, _failures) = (null, true, 0);
    }
}
