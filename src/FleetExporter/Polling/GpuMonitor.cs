using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// Watches the GPUs of one connected host: a stream for calls of nvidia-smi, and loops of it for what is polled often. Nothing of it runs while the
/// GPUs are released.
/// </summary>
internal sealed class GpuMonitor(
    HostConfig host, PollTiming timing, IShell shell, HostSnapshotUpdater updater, GpuRelease release, SectionReader reader, PollMetrics metrics,
    TimeProvider clock, ILogger logger)
{
    /// <summary>How often a host without an open GPU stream is checked for enabled GPU collectors.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait before the next GPU stream; it doubles with each stream that ends in a failure before <see cref="Healthy"/>.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(10);

    /// <summary>How long a release waits for a call that is running.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Finds every unkillable nvidia-smi in state D, whoever started it. Scans all processes, so only once per stream.</summary>
    private static readonly SectionScript HungScript =
        new("hung", @"  b=$(exec grep -lsE '\(nvidia-smi\) D ' /proc/[0-9]*/stat </dev/null); return 0");

    private readonly IReadOnlyList<HostCollector> _collectors = [.. CollectorCatalog.All.Where(c => c.Stream == StreamKind.Gpu)];
    private readonly PollTrigger _poll = new();
    private readonly Schedule _schedule = new();
    private readonly GpuLoops _loops = new(host, timing, shell, reader, updater, clock, logger);
    private volatile bool _streamOpen;
    private volatile bool _isEnding;

    /// <summary>Polls all collectors; completes when the answers have arrived, immediately without an open stream.</summary>
    public Task PollNowAsync() => _streamOpen ? _poll.RequestAsync() : Task.CompletedTask;

    /// <summary>Completes requests that nothing answers any more.</summary>
    public void Close() => _poll.TakeRequest()?.TrySetResult();

    /// <summary>Shows a release of the GPUs, or its end, also without a connection.</summary>
    public void ShowRelease(Instant? until)
    {
        if (until is { } end)
        {
            updater.Released(_collectors, end);
        }
        else
        {
            updater.ReleaseEnded(_collectors);
        }
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pause = CheckInterval;
        while (true)
        {
            var (until, changed) = release.Current;
            if (until > clock.Now())
            {
                ShowRelease(until);
                release.Freed();
                await Task.WhenAny(changed, Task.Delay(until.Value - clock.Now(), clock, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                continue;
            }

            ShowRelease(null);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var started = clock.Elapsed();
            _isEnding = false;
            var attempt = AttemptAsync(end.Token);
            if (await Task.WhenAny(attempt, changed).ConfigureAwait(false) != attempt)
            {
                // A call that is running would have the device open beyond the end of its stream.
                _isEnding = true;
                _ = _poll.RequestAsync();
                await ((Task)attempt).WaitAsync(CallTimeout, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await end.CancelAsync().ConfigureAwait(false);
            var ending = await attempt.ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            var previous = clock.Elapsed() - started < Healthy ? pause : CheckInterval;
            pause = ending == Ending.Failed ? Duration.Min(previous * 2, MaxPause) : CheckInterval;
            if (ending != Ending.Hung)
            {
                await Task.WhenAny(changed, Task.Delay(pause, clock, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Opens the stream once; every failure but the cancellation is recorded.</summary>
    private async Task<Ending> AttemptAsync(CancellationToken stop)
    {
        try
        {
            return updater.SelectEnabled(_collectors).Count > 0 ? await RunStreamAsync(stop).ConfigureAwait(false) : Ending.Ended;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (e is not StreamException)
            {
                reader.Bug("gpu", e);
            }

            updater.TimedOut(_collectors, e is StreamException ? e.Message : $"the exporter failed: {e.Message}");
            return Ending.Failed;
        }
        catch (Exception)
        {
            return Ending.Ended;
        }
        finally
        {
            _streamOpen = false;
            Close();
        }
    }

    private async Task<Ending> RunStreamAsync(CancellationToken stop)
    {
        var polls = new StreamLoop(host, timing, StreamKind.Gpu, updater, _schedule, _poll, reader, metrics, clock, _loops.Delivers, () => _isEnding);
        var sections = _collectors.Select(c => new SectionScript(c.Name, c.Script(host))).Append(HungScript).ToList();
        await using var stream = await SamplerStream.OpenAsync(
            shell, StreamKind.Gpu, sections, polls.Lease, ScriptSession.OpenLimit(host.Ssh), clock, stop).ConfigureAwait(false);
        await CheckHungAsync(stream, polls.Lease, stop).ConfigureAwait(false);
        _schedule.MakeAllDue();
        _streamOpen = true;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var polling = polls.RunAsync(stream, _collectors, () => _loops.Start(_collectors, end.Token), end.Token);
            var ended = await Task.WhenAny(polling, _loops.HangAsync(end.Token)).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            await polling.ConfigureAwait(ended == polling ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
            return ended == polling ? Ending.Ended : Ending.Hung;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await _loops.EndedAsync().ConfigureAwait(false);
        }
    }

    /// <exception cref="StreamException">An earlier nvidia-smi hangs.</exception>
    private async Task CheckHungAsync(SamplerStream stream, TimeSpan lease, CancellationToken stop)
    {
        // A working nvidia-smi is in state D only briefly; a hanging one still is after a second.
        var hung = await FindHungAsync(stream, lease, stop).ConfigureAwait(false);
        if (hung.Count > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop).ConfigureAwait(false);
            hung.IntersectWith(await FindHungAsync(stream, lease, stop).ConfigureAwait(false));
        }

        if (hung.Count > 0)
        {
            throw new StreamException(
                SshFailure.Timeout, $"an earlier nvidia-smi hangs on the host ({string.Join(", ", hung)}); not starting another");
        }
    }

    private async Task<HashSet<string>> FindHungAsync(SamplerStream stream, TimeSpan lease, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(3 * lease, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        HashSet<string> hung = [];
        try
        {
            await foreach (var (section, _) in stream.AskAsync([HungScript.Name], limit.Token).ConfigureAwait(false))
            {
                hung.UnionWith((section?.Body ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(20).Select(l => Printable.Line(l, 40)));
            }

            return hung;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StreamException(SshFailure.Timeout, "the GPU stream does not answer");
        }
    }

    private enum Ending
    {
        /// <summary>No collector is enabled any more, or it was cancelled.</summary>
        Ended,

        /// <summary>A loop hangs: the next stream looks for a hung nvidia-smi first, immediately.</summary>
        Hung,

        /// <summary>The stream failed.</summary>
        Failed,
    }
}
