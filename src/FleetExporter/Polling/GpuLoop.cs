using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Runs one loop of nvidia-smi on a host and publishes its samples as answers of its collector.</summary>
internal sealed class GpuLoop(
    HostConfig host, PollTiming timing, NvidiaCollector collector, GpuLoopQuery query, IShell shell, SectionReader reader,
    HostSnapshotUpdater updater, TimeProvider clock)
{
    private static readonly TimeSpan MinSilence = TimeSpan.FromSeconds(10);

    /// <summary>A loop that prints more is read, but not published: the cost of a host must not depend on what it prints.</summary>
    private const int MaxPublishedPerInterval = 4;

    /// <summary>After so many samples that are failures, calls may know better.</summary>
    private const int MaxFailed = 3;

    /// <summary>
    /// Without a sign of life for so long it counts as hanging. Before that, a loop that may be empty is asked twice, as its CPU time must grow.
    /// </summary>
    private readonly TimeSpan _silence = Duration.Max(3.5 * timing.Interval, MinSilence);

    private readonly LoopSamples _samples = new(timing.Interval, query.Rows, query.HasTimestamps);
    private TimeSpan _rowAt;
    private TimeSpan _aliveAt;
    private TimeSpan _openedAt;
    private TimeSpan _renewedAt;
    private long? _cpuTime;
    private int _received;
    private int _published;
    private int _failed;

    /// <summary>Runs until the loop ends. Returns when a call is needed, because what does not change has changed.</summary>
    /// <exception cref="StreamException">Why it ended; reason timeout when it hung.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var stream = await LoopStream.OpenAsync(
            shell, query.Command, ScriptLease.Gpu, ScriptSession.OpenLimit(host.Ssh), clock, stop).ConfigureAwait(false);
        _openedAt = _rowAt = _aliveAt = _renewedAt = clock.Elapsed();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(stream, end.Token);
        try
        {
            await KeepAliveAsync(stream, reading, end.Token).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether rows are missing that would have been printed.</summary>
    private bool IsSilent(TimeSpan now) => now - _rowAt >= 1.5 * timing.Interval;

    private async Task KeepAliveAsync(LoopStream stream, Task reading, CancellationToken stop)
    {
        var pause = ScriptLease.PauseOf(ScriptLease.Gpu);
        var pace = query.MayBeEmpty ? Duration.Min(timing.Interval, pause) : pause;
        for (var sentAt = clock.Elapsed(); !reading.IsCompleted;)
        {
            await Task.WhenAny(reading, Task.Delay(pace, clock, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            var now = clock.Elapsed();
            if (now - _aliveAt > _silence)
            {
                throw new StreamException(SshFailure.Timeout, $"nvidia-smi has printed no sample for {(now - _aliveAt).TotalSeconds:0} s")
                {
                    Stuck = true,
                };
            }

            if (query.MayBeEmpty && IsSilent(now))
            {
                await stream.AskCpuTimeAsync(stop).ConfigureAwait(false);
                sentAt = now;
            }
            else if (now - sentAt + pace > pause)   // the next wake-up would be late
            {
                await stream.KeepAliveAsync(stop).ConfigureAwait(false);
                sentAt = now;
            }
        }
    }

    private async Task ReadAsync(LoopStream stream, CancellationToken stop)
    {
        while (true)
        {
            var output = await stream.ReadAsync(stop).ConfigureAwait(false);
            var now = clock.Elapsed();
            if (now - _renewedAt >= timing.Interval)
            {
                stream.Renew();
                (_renewedAt, _published) = (now, 0);
            }

            var hasRows = false;
            foreach (var line in output.Lines)
            {
                hasRows |= _samples.Add(line, now);
            }

            if (output.Status is { } status)
            {
                throw new StreamException(SshFailure.Closed, $"nvidia-smi ended with status {status}{LastLine()}");
            }

            if (hasRows)
            {
                // CPU time from before the silence proves nothing.
                (_rowAt, _aliveAt, _cpuTime) = (now, now, null);
            }

            var sample = _samples.Take() ?? (IsEmpty(output, now) ? "" : null);
            if (sample is not null && ++_received > query.SkippedSamples && _published++ < MaxPublishedPerInterval && !Publish(stream.Hello, sample))
            {
                return;
            }
        }
    }

    /// <summary>A loop without rows is alive while it uses CPU time.</summary>
    private bool IsEmpty(LoopOutput output, TimeSpan now)
    {
        if (output.CpuTime is not { } time)
        {
            return false;
        }

        var hasRun = time > _cpuTime;
        _cpuTime = time;
        _aliveAt = hasRun ? now : _aliveAt;
        return hasRun && IsSilent(now);
    }

    /// <returns>False when what does not change has changed.</returns>
    private bool Publish(Hello hello, string sample)
    {
        var uptime = hello.Uptime + (clock.Elapsed() - _openedAt).TotalSeconds;
        var result = reader.Read(collector, new Section(collector.Name, 0, uptime, null, hello.At(uptime), query.Head + sample));
        if (result.Answer is { } answer)
        {
            if (query.Complete(answer) is not { } complete)
            {
                return false;
            }

            result = result with { Answer = complete };
        }

        updater.Apply([result], reader.Bug);
        _failed = result.Answer is null ? _failed + 1 : 0;
        return _failed < MaxFailed ? true
            : throw new StreamException(SshFailure.Closed, $"{MaxFailed} samples in a row could not be used: {result.Message ?? result.OffBecause}");
    }

    private string LastLine() => _samples.Rest.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() is { } line
        ? ": " + Printable.Line(line, 200)
        : "";
}
