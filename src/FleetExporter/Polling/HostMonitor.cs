using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>
/// Watches one host: keeps its two streams open, with back-off between attempts. The GPU stream lives only while the vitals stream does, which
/// carries the connection.
/// </summary>
internal sealed partial class HostMonitor(
    HostConfig host, PollTiming timing, IShell shell, FleetState state, Deriver deriver, SemaphoreSlim handshakes, PollMetrics metrics,
    TimeProvider clock, ILogger logger) : IMonitor
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);

    private readonly HostRecord _record = new(HostSnapshot.Initial(host, timing, clock.Now()), state, deriver, metrics, clock);
    private readonly PollNow _pollVitals = new();
    private readonly PollNow _pollGpus = new();
    private readonly Schedule _vitalsSchedule = new();
    private readonly Schedule _gpuSchedule = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _gpuStreamOpen;

    public HostConfig Host => host;

    public string Name => host.Name;

    public IShell Shell => shell;

    /// <summary>Completes when the first attempt to connect has come to an end, good or bad.</summary>
    public Task Tried => _tried.Task;

    public void Close() => _record.Close();

    /// <summary>Polls everything at once and completes when the answers are in, or at once when the host is not connected.</summary>
    public Task PollNowAsync() => !_record.Current.Connection.Up
        ? Task.CompletedTask
        : Task.WhenAll(_pollVitals.Ask(), _gpuStreamOpen ? _pollGpus.Ask() : Task.CompletedTask);

    public async Task RunAsync(CancellationToken stop)
    {
        var backOff = new BackOff(timing.Interval, Random.Shared);
        var collectors = Of(StreamKind.Vitals);
        try
        {
            while (true)
            {
                try
                {
                    await Guarded(() => RunVitalsAsync(collectors, backOff, stop), stop).ConfigureAwait(false);
                }
                catch (StreamException e)
                {
                    var wait = backOff.Next(e.Reason);
                    var fresh = _record.Current.Connection.Failure != e.Reason;
                    _record.Disconnected(e.Reason, e.Message, clock.Now() + wait);
                    _record.Lost("the host is not connected");
                    _pollVitals.Take()?.TrySetResult();
                    _tried.TrySetResult();
                    if (fresh)
                    {
                        LogDown(host.Name, Words.Of(e.Reason), e.Message);
                    }

                    await Task.Delay(wait, clock, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            _record.Close();
            _tried.TrySetResult();
            _pollVitals.Take()?.TrySetResult();
            _pollGpus.Take()?.TrySetResult();
        }
    }

    private async Task RunVitalsAsync(IReadOnlyList<HostCollector> collectors, BackOff backOff, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Vitals, _record, _vitalsSchedule, _pollVitals, metrics, clock, logger);
        var started = clock.GetTimestamp();
        await using var stream = await OpenAsync(StreamKind.Vitals, collectors, loop.Lease, stop).ConfigureAwait(false);
        _vitalsSchedule.Restart();
        _record.Connected(clock.GetElapsedTime(started));
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
            if (gpus == Task.CompletedTask && _record.Current.LastSeen is not null)
            {
                backOff.Reset();
                _tried.TrySetResult();
                LogUp(host.Name);
                gpus = RunGpusAsync(end.Token);
            }
        }
    }

    private async Task RunGpusAsync(CancellationToken stop)
    {
        var collectors = Of(StreamKind.Gpu);
        var pause = TimeSpan.FromMinutes(1);
        while (true)
        {
            try
            {
                if (_record.SortOut(collectors).Count > 0)
                {
                    await Guarded(() => RunGpuStreamAsync(collectors, stop), stop).ConfigureAwait(false);
                }

                pause = TimeSpan.FromMinutes(1);
            }
            catch (StreamException e)
            {
                _record.Silent(collectors, e.Message);
                pause = pause < TimeSpan.FromMinutes(30) ? pause * 2 : TimeSpan.FromHours(1);
            }
            finally
            {
                _gpuStreamOpen = false;
                _pollGpus.Take()?.TrySetResult();
            }

            await Task.Delay(pause / 2, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task RunGpuStreamAsync(IReadOnlyList<HostCollector> collectors, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Gpu, _record, _gpuSchedule, _pollGpus, metrics, clock, logger);
        await using var stream = await OpenAsync(StreamKind.Gpu, collectors, loop.Lease, stop).ConfigureAwait(false);
        // An honest nvidia-smi passes through state D; one that hangs is still there after a moment.
        var hung = await HungAsync(stream, loop.Lease, stop).ConfigureAwait(false);
        if (hung.Count > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop).ConfigureAwait(false);
            hung.IntersectWith(await HungAsync(stream, loop.Lease, stop).ConfigureAwait(false));
            if (hung.Count > 0)
            {
                throw new StreamException(
                    SshFailure.Timeout, $"an nvidia-smi from before hangs on the host ({string.Join(", ", hung)}); not starting another");
            }
        }

        _gpuSchedule.Restart();
        _gpuStreamOpen = true;
        await loop.RunAsync(stream, collectors, static () => { }, stop).ConfigureAwait(false);
    }

    private async Task<HashSet<string>> HungAsync(SamplerStream stream, TimeSpan lease, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(3 * lease, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        HashSet<string> hung = [];
        try
        {
            await foreach (var (section, _) in stream.AskAsync([Hung.Name], limit.Token).ConfigureAwait(false))
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

    /// <summary>A bug in the way of one host must not end its watching: it is logged, and tried again like a lost connection.</summary>
    private async Task Guarded(Func<Task> run, CancellationToken stop)
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
            sections.Add(Hung);
        }

        // ssh has its own limit for connecting; the rest is for the login and the shell's start files.
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
            // Who has not been answered by then makes no handshake, and must not keep those waiting who will be.
            await ((Task)opening).WaitAsync(AnswerWithin, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
    /// Finds every nvidia-smi that waits in the kernel and cannot be killed, whoever started it. Walks all processes, so once per stream.
    /// </summary>
    private static SectionScript Hung { get; } = new("hung", @"  b=$(exec grep -lsE '\(nvidia-smi\) D ' /proc/[0-9]*/stat </dev/null); return 0");

    private static List<HostCollector> Of(StreamKind kind) => [.. CollectorCatalog.All.Where(c => c.Stream == kind)];

    [LoggerMessage(Level = LogLevel.Error, Message = "Watching {Host} failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host} answers")]
    private partial void LogUp(string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} is not connected ({Reason}): {Detail}")]
    private partial void LogDown(string host, string reason, string detail);
}
