using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>Asks the collectors of one open stream, tick after tick, until the stream ends.</summary>
internal sealed partial class StreamLoop(
    HostConfig host, PollTiming timing, StreamKind kind, HostRecord record, Schedule schedule, PollNow pollNow, PollMetrics metrics,
    TimeProvider clock, ILogger logger)
{
    /// <summary>Time a tick may take before what it has not answered counts as failed; a slow but honest nvidia-smi needs seconds.</summary>
    private readonly TimeSpan _patience = Duration.Longer(timing.Interval, TimeSpan.FromSeconds(kind == StreamKind.Gpu ? 5 : 2));

    /// <summary>The sampler ends itself, or the command that hangs, after one to two of these without progress.</summary>
    public TimeSpan Lease { get; } = kind == StreamKind.Gpu
        ? TimeSpan.FromSeconds(10)
        : TimeSpan.FromSeconds(Math.Clamp(Math.Floor(timing.Interval.TotalSeconds), 2, 10));

    /// <summary>Runs until the stream ends or nothing is left to ask.</summary>
    /// <param name="collectors">The stream's collectors, in the order of asking.</param>
    /// <exception cref="StreamException">The stream ended; its reason.</exception>
    public async Task RunAsync(SamplerStream stream, IReadOnlyList<IHostCollector> collectors, Action answered, CancellationToken stop)
    {
        var phase = TimeSpan.FromMilliseconds((uint)StableHash.Of(host.Name) % (uint)timing.Interval.TotalMilliseconds);
        while (true)
        {
            var request = pollNow.Take();
            var on = SortOut(collectors);
            var due = schedule.Due(on, clock.Elapsed(), request is not null);
            try
            {
                if (due.Count > 0)
                {
                    await AskAsync(stream, due, stop).ConfigureAwait(false);
                    answered();
                }
            }
            finally
            {
                request?.TrySetResult();
            }

            if (on.Count == 0 && kind == StreamKind.Gpu)
            {
                return;
            }

            if (due is not [SystemCollector])
            {
                await WaitForTickAsync(stream, phase, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The collectors to ask. Before the host has said which tools it has, only that is asked.</summary>
    private List<IHostCollector> SortOut(IReadOnlyList<IHostCollector> collectors) =>
        collectors[0] is SystemCollector first && !record.Current.Outcomes.ContainsKey(first.Name) ? [first] : record.SortOut(collectors);

    private async Task AskAsync(SamplerStream stream, IReadOnlyList<IHostCollector> due, CancellationToken stop)
    {
        var pending = due.ToList();
        var started = clock.GetTimestamp();
        foreach (var collector in due)
        {
            schedule.Asked(collector, clock.Elapsed());
        }

        using var abort = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answers = TakeAnswersAsync(stream, due, pending, abort.Token);
        var silent = false;
        try
        {
            // A sampler that cannot kill a command says so within 3 leases.
            var limit = (3 * Lease) + TimeSpan.FromSeconds(1);
            while (true)
            {
                var next = silent || limit < _patience ? limit : _patience;
                await answers.WaitAsync(Left(next), clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (answers.IsCompleted)
                {
                    break;
                }

                stop.ThrowIfCancellationRequested();
                if (next == limit)
                {
                    throw new StreamException(SshFailure.Timeout, $"no answer within {limit.TotalSeconds:0} s");
                }

                silent = true;
                record.Silent(Snapshot(pending), $"no answer within {_patience.TotalSeconds:0} s");
            }

            await answers.ConfigureAwait(false);
            metrics.Answered(clock.GetElapsedTime(started));
        }
        catch (StreamException e) when (e.Stuck && Snapshot(pending) is [var first, ..])
        {
            // The sampler says that a command hangs. Silence does not: it may as well be the network.
            schedule.Penalise(first, clock.Elapsed());
            throw;
        }
        finally
        {
            if (!answers.IsCompleted)
            {
                await abort.CancelAsync().ConfigureAwait(false);
                await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        TimeSpan Left(TimeSpan whole) => Duration.Longer(whole - clock.GetElapsedTime(started), TimeSpan.Zero);
    }

    private async Task TakeAnswersAsync(SamplerStream stream, IReadOnlyList<IHostCollector> due, List<IHostCollector> pending, CancellationToken stop)
    {
        await foreach (var (section, broken) in stream.AskAsync([.. due.Select(c => c.Name)], stop).ConfigureAwait(false))
        {
            // Once a tick: what is sent again is not taken again.
            if (due.FirstOrDefault(c => c.Name == (section?.Name ?? broken?.Section)) is { } collector && Remove(pending, collector))
            {
                Take(collector, section ?? new Section(collector.Name, 0, 0, default, default, ""), broken?.Problem);
            }
        }

        // Asked, not answered, and the frame is complete: its section was damaged beyond its name.
        foreach (var collector in Snapshot(pending))
        {
            Take(collector, new Section(collector.Name, 0, 0, default, default, ""), "the section is missing from the frame");
        }
    }

    private void Take(IHostCollector collector, Section section, string? damage)
    {
        if (damage is not null)
        {
            record.Failed(collector, section, CollectorFailure.Parse, damage);
            return;
        }

        if (section.Killed)
        {
            schedule.Penalise(collector, clock.Elapsed());
            record.Failed(collector, section, CollectorFailure.Timeout, $"the command hung and was killed after {section.Duration.TotalSeconds:0} s");
            return;
        }

        schedule.Forgive(collector);
        try
        {
            var reading = section.ToolMissing
                ? throw new ToolFailureException(CollectorFailure.ToolMissing, "the command was not found")
                : section.NotExecutable
                    ? throw new ToolFailureException(CollectorFailure.Permission, "the login user may not run the command")
                    : Parse(collector, section);
            if (reading.Failure is { } failure && collector.OffAfter(failure, host))
            {
                record.Off(collector.Name, Words.Of(failure));
                return;
            }

            record.Answered(collector, section, reading);
        }
        catch (ToolFailureException e) when (collector.OffAfter(e.Reason, host))
        {
            record.Off(collector.Name, $"{Words.Of(e.Reason)}: {Printable.Line(e.Message, 200)}");
        }
        catch (ToolFailureException e)
        {
            record.Failed(collector, section, e.Reason, e.Message);
        }
        catch (FormatException e)
        {
            record.Failed(collector, section, CollectorFailure.Parse, e.Message);
        }
        catch (Exception e)
        {
            LogBug(e, collector.Name, host.Name);
            record.Failed(collector, section, CollectorFailure.Bug, e.Message);
        }
    }

    private Reading Parse(IHostCollector collector, Section section)
    {
        var started = clock.GetTimestamp();
        var reading = collector.Parse(section);
        metrics.Parsed(clock.GetElapsedTime(started));
        return reading;
    }

    /// <summary>Waits for the host's next tick or for a wish to poll at once, telling the sampler now and then that the service is there.</summary>
    private async Task WaitForTickAsync(SamplerStream stream, TimeSpan phase, CancellationToken stop)
    {
        var now = clock.Elapsed();
        var since = TimeSpan.FromTicks((now + timing.Interval - phase).Ticks % timing.Interval.Ticks);
        var next = now + timing.Interval - since;
        while (clock.Elapsed() is var at && at < next)
        {
            var last = next - at <= Lease / 2;   // the tick itself then says that the service is there
            if (await pollNow.WaitAsync(last ? next - at : Lease / 2, clock, stop).ConfigureAwait(false))
            {
                return;
            }

            if (!last)
            {
                await stream.KeepAliveAsync(stop).ConfigureAwait(false);
            }
        }
    }

    private static bool Remove(List<IHostCollector> pending, IHostCollector collector)
    {
        lock (pending)
        {
            return pending.Remove(collector);
        }
    }

    private static List<IHostCollector> Snapshot(List<IHostCollector> pending)
    {
        lock (pending)
        {
            return [.. pending];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Collector {Collector} failed on an answer of {Host}; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string collector, string host);
}
