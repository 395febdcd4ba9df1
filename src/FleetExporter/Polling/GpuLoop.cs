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
    /// <summary>After one to two leases without a line from the exporter the script ends.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly LoopSamples _samples = new(timing.Interval, query.Rows, query.HasTimestamps);

    /// <summary>A loop that prints more is read, but not published: the cost of a host must not depend on what it prints.</summary>
    private const int MaxPublishedPerInterval = 4;

    /// <summary>Without a sign of life for so long it counts as hanging.</summary>
    private readonly TimeSpan _silence = Duration.Max(3 * timing.Interval, Lease);

    private TimeSpan _lineAt;
    private TimeSpan _aliveAt;
    private TimeSpan _openedAt;
    private TimeSpan _renewedAt;
    private long? _cpuTime;
    private int _published;

    /// <summary>Runs until the loop ends. Returns when a call is needed, because what does not change has changed.</summary>
    /// <exception cref="StreamException">Why it ended; reason timeout when it hung.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var stream = await LoopStream.OpenAsync(
            shell, query.Command, Lease, host.Ssh.ConnectTimeout + Lease, clock, stop).ConfigureAwait(false);
        _openedAt = _lineAt = _aliveAt = _renewedAt = clock.Elapsed();
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
    private bool IsSilent(TimeSpan now) => now - _lineAt >= 1.5 * timing.Interval;

    private async Task KeepAliveAsync(LoopStream stream, Task reading, CancellationToken stop)
    {
        var pace = query.MayBeEmpty && timing.Interval < Lease / 2 ? timing.Interval : Lease / 2;
        if (query.MayBeEmpty)
        {
            await stream.AskCpuTimeAsync(stop).ConfigureAwait(false);
        }

        for (var sentAt = clock.Elapsed(); !reading.IsCompleted;)
        {
            await Task.WhenAny(reading, Task.Delay(pace, clock, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            var now = clock.Elapsed();
            if (now - _aliveAt > _silence)
            {
                throw new StreamException(SshFailure.Timeout, $"nvidia-smi has printed nothing for {(now - _aliveAt).TotalSeconds:0} s");
            }

            if (query.MayBeEmpty && IsSilent(now))
            {
                await stream.AskCpuTimeAsync(stop).ConfigureAwait(false);
                sentAt = now;
            }
            else if (now - sentAt + pace > Lease / 2)   // the next wake-up would be late
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

            output.Lines.ForEach(line => _samples.Add(line, now));
            if (output.Status is { } status)
            {
                throw new StreamException(SshFailure.Closed, $"nvidia-smi ended with status {status}{LastLine()}");
            }

            if (output.Lines.Count > 0)
            {
                _lineAt = _aliveAt = now;
            }

            var sample = _samples.Take() ?? (IsEmpty(output, now) ? "" : null);
            if (sample is not null && _published++ < MaxPublishedPerInterval && !Publish(stream.Hello, sample))
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
        return true;
    }

    private string LastLine() => _samples.Rest.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() is { } line
        ? ": " + Printable.Line(line, 200)
        : "";
}
