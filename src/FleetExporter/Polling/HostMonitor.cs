using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Remote;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>
/// Watches one host: keeps its two streams open, with back-off between attempts. The GPU stream lives only while the vitals stream does, which
/// carries the connection.
/// </summary>
internal sealed partial class HostMonitor(
    HostConfig host, PollTiming timing, IShell shell, FleetState state, Deriver deriver, SemaphoreSlim handshakes, TimeProvider clock, ILogger logger)
{
    private readonly HostRecord _record = new(HostSnapshot.Initial(host, timing, clock.GetUtcNow()), state, deriver, clock);
    private readonly PollNow _pollVitals = new();
    private readonly PollNow _pollGpus = new();
    private readonly Schedule _vitalsSchedule = new();
    private readonly Schedule _gpuSchedule = new();
    private volatile bool _gpuStreamOpen;

    public HostConfig Host => host;

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
                    await RunVitalsAsync(collectors, backOff, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    // Whatever it was, the host is tried again: nothing else would.
                    var reason = (e as StreamException)?.Reason ?? SshFailure.Closed;
                    var wait = backOff.Next(reason);
                    var fresh = _record.Current.Connection.Failure != reason;
                    _record.Disconnected(reason, e.Message, clock.GetUtcNow() + wait);
                    _record.Lost("the host is not connected");
                    _pollVitals.Take()?.TrySetResult();
                    if (fresh)
                    {
                        LogDown(host.Name, Words.Of(reason), e.Message);
                    }

                    await Task.Delay(wait, clock, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            _record.Close();
            _pollVitals.Take()?.TrySetResult();
            _pollGpus.Take()?.TrySetResult();
        }
    }

    private async Task RunVitalsAsync(IReadOnlyList<IHostCollector> collectors, BackOff backOff, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Vitals, _record, _vitalsSchedule, _pollVitals, clock, logger);
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
                if (Wanted(collectors))
                {
                    await RunGpuStreamAsync(collectors, stop).ConfigureAwait(false);
                }

                pause = TimeSpan.FromMinutes(1);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
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

    private async Task RunGpuStreamAsync(IReadOnlyList<IHostCollector> collectors, CancellationToken stop)
    {
        var loop = new StreamLoop(host, timing, StreamKind.Gpu, _record, _gpuSchedule, _pollGpus, clock, logger);
        await using var stream = await OpenAsync(StreamKind.Gpu, collectors, loop.Lease, stop).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(3 * loop.Lease, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            await foreach (var (section, _) in stream.AskAsync([Hung.Name], limit.Token).ConfigureAwait(false))
            {
                if (section is { Body.Length: > 0 })
                {
                    throw new StreamException(SshFailure.Timeout, "an nvidia-smi from before hangs on the host; not starting another");
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StreamException(SshFailure.Timeout, "the GPU stream does not answer");
        }

        _gpuSchedule.Restart();
        _gpuStreamOpen = true;
        await loop.RunAsync(stream, collectors, static () => { }, stop).ConfigureAwait(false);
    }

    private async Task<SamplerStream> OpenAsync(StreamKind kind, IReadOnlyList<IHostCollector> collectors, TimeSpan lease, CancellationToken stop)
    {
        List<SectionScript> sections = [.. collectors.Select(c => new SectionScript(c.Name, c.Script(host)))];
        if (kind == StreamKind.Gpu)
        {
            sections.Add(Hung);
        }

        // ssh has its own limit for connecting; the rest is for the login and the shell's start files.
        var limit = host.Ssh.ConnectTimeout + TimeSpan.FromSeconds(10);
        var counted = shell.Connects(kind);
        if (counted)
        {
            await handshakes.WaitAsync(stop).ConfigureAwait(false);
        }

        try
        {
            return await SamplerStream.OpenAsync(shell, kind, sections, lease, limit, clock, stop).ConfigureAwait(false);
        }
        finally
        {
            if (counted)
            {
                handshakes.Release();
            }
        }
    }

    /// <summary>Finds every nvidia-smi that is stopped or cannot be killed, whoever started it. Walks all processes, so once per stream.</summary>
    private static SectionScript Hung { get; } = new("hung", @"  b=$(exec grep -lsE '\(nvidia-smi\) [DT] ' /proc/[0-9]*/stat </dev/null); return 0");

    private bool Wanted(IReadOnlyList<IHostCollector> collectors)
    {
        var system = (_record.Current.Outcomes.GetValueOrDefault("system")?.Reading as SystemReading)?.System;
        foreach (var collector in collectors)
        {
            if (collector.OffBecause(host, system) is { } because)
            {
                _record.Off(collector.Name, because);
            }
        }

        return collectors.Any(c => c.OffBecause(host, system) is null);
    }

    private static List<IHostCollector> Of(StreamKind kind) => [.. CollectorCatalog.All.Where(c => c.Stream == kind)];

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host} answers")]
    private partial void LogUp(string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} is not connected ({Reason}): {Detail}")]
    private partial void LogDown(string host, string reason, string detail);
}
