using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// Watches one host: keeps its vitals stream open, with back-off between attempts. Its GPUs are watched only while that stream is open, which carries
/// the connection.
/// </summary>
internal sealed partial class HostMonitor(
    HostConfig host, PollTiming timing, IShell shell, FleetState state, Deriver deriver, SemaphoreSlim handshakes, GpuRelease release,
    PollMetrics metrics, TimeProvider clock, ILogger logger) : IMonitor
{
    private static readonly TimeSpan ReachTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookDuration = TimeSpan.FromMinutes(1);

    private readonly HostSnapshotUpdater _updater = new(HostSnapshot.Initial(host, timing, clock.Now()), state, deriver, metrics, clock);
    private readonly PollTrigger _pollVitals = new();
    private readonly Schedule _vitalsSchedule = new();
    private readonly SectionReader _reader = new(host, metrics, clock, logger);
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GpuMonitor? _gpus;

    public HostConfig Host => host;

    public string Name => host.Name;

    public IShell Shell => shell;

    /// <summary>Completes when the first connection attempt has succeeded or failed.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    public void Close() => _updater.Close();

    /// <summary>Polls all collectors and completes when the answers have arrived, or immediately when the host is not connected.</summary>
    public Task PollNowAsync() => !_updater.Current.Connection.Up
        ? Task.CompletedTask
        : Task.WhenAll(_pollVitals.RequestAsync(), Gpus.PollNowAsync());

    /// <summary>Has the collectors that are asked on demand asked for a minute, the first time at once.</summary>
    public void LookAt()
    {
        var (now, until) = (clock.Now(), _updater.Current.LookedAtUntil);
        if (!(until - now > LookDuration / 2))
        {
            _updater.LookedAt(now + LookDuration);
        }

        if (!(until > now))
        {
            _pollVitals.Wake();
        }
    }

    /// <inheritdoc cref="GpuMonitor.ShowRelease"/>
    public void ShowRelease(Instant? until) => Gpus.ShowRelease(until);

    private GpuMonitor Gpus => _gpus ?? Interlocked.CompareExchange(
        ref _gpus, new GpuMonitor(host, timing, shell, _updater, release, _reader, metrics, clock, logger), null) ?? _gpus;

    public async Task RunAsync(CancellationToken stop)
    {
        var backOff = new BackOff(timing.Interval, Random.Shared);
        List<HostCollector> collectors = [.. CollectorCatalog.All.Where(c => c.Stream == StreamKind.Vitals)];
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
            Gpus.Close();
        }
    }

    private async Task RunVitalsAsync(IReadOnlyList<HostCollector> collectors, BackOff backOff, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Vitals, _updater, _vitalsSchedule, _pollVitals, _reader, metrics, clock);
        var started = clock.GetTimestamp();
        await using var stream = await OpenAsync(collectors, loop.Lease, stop).ConfigureAwait(false);
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
                gpus = Gpus.RunAsync(end.Token);
            }
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

    private async Task<SamplerStream> OpenAsync(IReadOnlyList<HostCollector> collectors, TimeSpan lease, CancellationToken stop)
    {
        List<SectionScript> sections = [.. collectors.Select(c => new SectionScript(c.Name, c.Script(host)))];
        var limit = ScriptSession.OpenLimit(host.Ssh);
        if (!shell.Connects(StreamKind.Vitals))
        {
            return await SamplerStream.OpenAsync(shell, StreamKind.Vitals, sections, lease, limit, clock, stop).ConfigureAwait(false);
        }

        await handshakes.WaitAsync(stop).ConfigureAwait(false);
        Task<SamplerStream> opening;
        try
        {
            opening = SamplerStream.OpenAsync(shell, StreamKind.Vitals, sections, lease, limit, clock, stop);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The monitor of {Host} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host} is connected")]
    private partial void LogUp(string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} is not connected ({Reason}): {Detail}")]
    private partial void LogDown(string host, string reason, string detail);
}
