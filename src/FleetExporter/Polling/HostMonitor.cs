using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// Watches one host: keeps its two streams open, with back-off between attempts. The GPU stream is open only while the vitals stream is, which
/// carries the connection.
/// </summary>
internal sealed partial class HostMonitor(
    HostConfig host, PollTiming timing, IShell shell, FleetState state, Deriver deriver, SemaphoreSlim handshakes, PollMetrics metrics,
    TimeProvider clock, ILogger logger) : IMonitor
{
    /// <summary>How often a host without an open GPU stream is checked for enabled GPU collectors.</summary>
    private static readonly TimeSpan GpuCheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait before the next GPU stream; it doubles with each stream that ends in a failure.</summary>
    private static readonly TimeSpan MaxGpuPause = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan ReachTimeout = TimeSpan.FromSeconds(1);

    private readonly HostSnapshotUpdater _updater = new(HostSnapshot.Initial(host, timing, clock.Now()), state, deriver, metrics, clock);
    private readonly PollTrigger _pollVitals = new();
    private readonly PollTrigger _pollGpus = new();
    private readonly Schedule _vitalsSchedule = new();
    private readonly Schedule _gpuSchedule = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _gpuStreamOpen;

    public HostConfig Host => host;

    public string Name => host.Name;

    public IShell Shell => shell;

    /// <summary>Completes when the first connection attempt has succeeded or failed.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    public void Close() => _updater.Close();

    /// <summary>Polls all collectors and completes when the answers have arrived, or immediately when the host is not connected.</summary>
    public Task PollNowAsync() => !_updater.Current.Connection.Up
        ? Task.CompletedTask
        : Task.WhenAll(_pollVitals.RequestAsync(), _gpuStreamOpen ? _pollGpus.RequestAsync() : Task.CompletedTask);

    public async Task RunAsync(CancellationToken stop)
    {
        var backOff = new BackOff(timing.Interval, Random.Shared);
        var collectors = CollectorsOf(StreamKind.Vitals);
        try
        {
            while (true)
            {
                try
                {
                    await RunAsStreamAsync(() => RunVitalsAsync(collectors, backOff, stop), stop).ConfigureAwait(false);
                }
                catch (StreamException e)
                {
                    var wait = backOff.Next(e.Reason);
                    var isNew = _updater.Current.Connection.Failure != e.Reason;
                    _updater.Disconnected(e.Reason, e.Message, clock.Now() + wait);
                    _updater.ConnectionLost("the host is not connected");
                    _pollVitals.TakeRequest()?.TrySetResult();
                    _firstAttempt.TrySetResult();
                    if (isNew)
                    {
                        LogDown(host.Name, Words.Of(e.Reason), e.Message);
                    }

                    await Task.Delay(wait, clock, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            _updater.Close();
            _firstAttempt.TrySetResult();
            _pollVitals.TakeRequest()?.TrySetResult();
            _pollGpus.TakeRequest()?.TrySetResult();
        }
    }

    private async Task RunVitalsAsync(IReadOnlyList<HostCollector> collectors, BackOff backOff, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Vitals, _updater, _vitalsSchedule, _pollVitals, metrics, clock, logger);
        var started = clock.GetTimestamp();
        await using var stream = await OpenAsync(StreamKind.Vitals, collectors, loop.Lease, stop).ConfigureAwait(false);
        _vitalsSchedule.MakeAllDue();
        _updater.Connected(clock.GetElapsedTime(started));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var gpus = Task.CompletedTask;
        try
        {
            await loop.RunAsync(stream, collectors, Answered, stop).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await gpus.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Answered()
        {
            if (gpus == Task.CompletedTask && _updater.Current.LastSeen is not null)
            {
                backOff.Reset();
                _firstAttempt.TrySetResult();
                LogUp(host.Name);
                gpus = RunGpusAsync(end.Token);
            }
        }
    }

    private async Task RunGpusAsync(CancellationToken stop)
    {
        var collectors = CollectorsOf(StreamKind.Gpu);
        var pause = GpuCheckInterval;
        while (true)
        {
            try
            {
                if (_updater.SelectEnabled(collectors).Count > 0)
                {
                    await RunAsStreamAsync(() => RunGpuStreamAsync(collectors, stop), stop).ConfigureAwait(false);
                }

                pause = GpuCheckInterval;
            }
            catch (StreamException e)
            {
                _updater.TimedOut(collectors, e.Message);
                pause = pause * 2 < MaxGpuPause ? pause * 2 : MaxGpuPause;
            }
            finally
            {
                _gpuStreamOpen = false;
                _pollGpus.TakeRequest()?.TrySetResult();
            }

            await Task.Delay(pause, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task RunGpuStreamAsync(IReadOnlyList<HostCollector> collectors, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Gpu, _updater, _gpuSchedule, _pollGpus, metrics, clock, logger);
        await using var stream = await OpenAsync(StreamKind.Gpu, collectors, loop.Lease, stop).ConfigureAwait(false);
        // A working nvidia-smi is in state D only briefly; a hanging one still is after a second.
        var hung = await FindHungAsync(stream, loop.Lease, stop).ConfigureAwait(false);
        if (hung.Count > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop).ConfigureAwait(false);
            hung.IntersectWith(await FindHungAsync(stream, loop.Lease, stop).ConfigureAwait(false));
            if (hung.Count > 0)
            {
                throw new StreamException(
                    SshFailure.Timeout, $"an earlier nvidia-smi hangs on the host ({string.Join(", ", hung)}); not starting another");
            }
        }

        _gpuSchedule.MakeAllDue();
        _gpuStreamOpen = true;
        await loop.RunAsync(stream, collectors, static () => { }, stop).ConfigureAwait(false);
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

    /// <summary>Logs a bug and turns it into a stream failure, so that the monitor retries as after a lost connection.</summary>
    private async Task RunAsStreamAsync(Func<Task> run, CancellationToken stop)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not StreamException && !stop.IsCancellationRequested)
        {
            LogBug(e, host.Name);
            throw new StreamException(SshFailure.Closed, $"the exporter failed: {e.Message}");
        }
    }

    private async Task<SamplerStream> OpenAsync(StreamKind kind, IReadOnlyList<HostCollector> collectors, TimeSpan lease, CancellationToken stop)
    {
        List<SectionScript> sections = [.. collectors.Select(c => new SectionScript(c.Name, c.Script(host)))];
        if (kind == StreamKind.Gpu)
        {
            sections.Add(HungScript);
        }

        // ssh has its own connect timeout; the rest is for the login and the shell's start files.
        var limit = host.Ssh.ConnectTimeout + TimeSpan.FromSeconds(10);
        if (!shell.Connects(kind))
        {
            return await SamplerStream.OpenAsync(shell, kind, sections, lease, limit, clock, stop).ConfigureAwait(false);
        }

        await handshakes.WaitAsync(stop).ConfigureAwait(false);
        Task<SamplerStream> opening;
        try
        {
            opening = SamplerStream.OpenAsync(shell, kind, sections, lease, limit, clock, stop);
            // A host that has not responded by then is not in a handshake; it must not block those that are waiting.
            await ((Task)opening).WaitAsync(ReachTimeout, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (shell.Reached)
            {
                await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            handshakes.Release();
        }

        return await opening.ConfigureAwait(false);
    }

    /// <summary>
    /// Finds every unkillable nvidia-smi in state D, whoever started it. Scans all processes, so only once per stream.
    /// </summary>
    private static SectionScript HungScript { get; } =
        new("hung", @"  b=$(exec grep -lsE '\(nvidia-smi\) D ' /proc/[0-9]*/stat </dev/null); return 0");

    private static List<HostCollector> CollectorsOf(StreamKind kind) => [.. CollectorCatalog.All.Where(c => c.Stream == kind)];

    [LoggerMessage(Level = LogLevel.Error, Message = "The monitor of {Host} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host} is connected")]
    private partial void LogUp(string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} is not connected ({Reason}): {Detail}")]
    private partial void LogDown(string host, string reason, string detail);
}
