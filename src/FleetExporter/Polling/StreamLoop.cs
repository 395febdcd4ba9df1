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
    /// <summary>
    /// Sections that have arrived are published after this even if the frame is not complete, so that a hanging command delays no other.
    /// </summary>
    private static readonly TimeSpan PublishAfter = TimeSpan.FromSeconds(1);

    private readonly List<SectionResult> _arrived = [];

    /// <summary>Time after which a section that has not arrived counts as failed; a slow nvidia-smi needs seconds.</summary>
    private readonly TimeSpan _timeout = Duration.Max(timing.Interval, TimeSpan.FromSeconds(kind == StreamKind.Gpu ? 5 : 2));

    /// <summary>The sampler ends itself, or the command that hangs, after one to two of these without progress.</summary>
    public TimeSpan Lease { get; } = kind == StreamKind.Gpu
        ? TimeSpan.FromSeconds(10)
        : TimeSpan.FromSeconds(Math.Clamp(Math.Floor(timing.Interval.TotalSeconds), 2, 10));

    /// <summary>Runs until the stream ends or nothing is left to ask.</summary>
    /// <param name="collectors">The stream's collectors, in the order of asking.</param>
    /// <exception cref="StreamException">The stream ended; its reason.</exception>
    public async Task RunAsync(SamplerStream stream, IReadOnlyList<HostCollector> collectors, Action answered, CancellationToken stop)
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
    private List<HostCollector> SortOut(IReadOnlyList<HostCollector> collectors) =>
        collectors[0] is SystemCollector first && !record.Current.Outcomes.ContainsKey(first.Name) ? [first] : record.SortOut(collectors);

    private async Task AskAsync(SamplerStream stream, IReadOnlyList<HostCollector> due, CancellationToken stop)
    {
        var pending = due.ToList();
        var started = clock.GetTimestamp();
        foreach (var collector in due)
        {
            schedule.Asked(collector, clock.Elapsed());
        }

        using var abort = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answers = ReadAnswersAsync(stream, due, pending, abort.Token);
        try
        {
            // A sampler that cannot kill a command says so within 3 leases.
            var limit = (3 * Lease) + TimeSpan.FromSeconds(1);
            if (!await EndsWithinAsync(PublishAfter).ConfigureAwait(false))
            {
                Publish();
                if (_timeout < limit && !await EndsWithinAsync(_timeout).ConfigureAwait(false))
                {
                    Publish();
                    record.Silent(Snapshot(pending), $"no answer within {_timeout.TotalSeconds:0} s");
                }

                if (!await EndsWithinAsync(limit).ConfigureAwait(false))
                {
                    throw new StreamException(SshFailure.Timeout, $"no answer within {limit.TotalSeconds:0} s");
                }
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

            Publish();
        }

        async Task<bool> EndsWithinAsync(TimeSpan limit)
        {
            var left = Duration.Max(limit - clock.GetElapsedTime(started), TimeSpan.Zero);
            await answers.WaitAsync(left, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!answers.IsCompleted)
            {
                stop.ThrowIfCancellationRequested();
            }

            return answers.IsCompleted;
        }
    }

    private async Task ReadAnswersAsync(SamplerStream stream, IReadOnlyList<HostCollector> due, List<HostCollector> pending, CancellationToken stop)
    {
        await foreach (var (section, broken) in stream.AskAsync([.. due.Select(c => c.Name)], stop).ConfigureAwait(false))
        {
            // Once a tick: a section that is sent again is ignored.
            if (due.FirstOrDefault(c => c.Name == (section?.Name ?? broken?.Section)) is { } collector && Remove(pending, collector))
            {
                Arrived(ResultOf(collector, section ?? Missing(collector), broken?.Problem));
            }
        }

        // Asked, not answered, and the frame is complete: its section was damaged beyond its name.
        foreach (var collector in Snapshot(pending))
        {
            Arrived(ResultOf(collector, Missing(collector), "the section is missing from the frame"));
        }
    }

    private void Arrived(SectionResult result)
    {
        lock (_arrived)
        {
            _arrived.Add(result);
        }
    }

    /// <summary>Publishes the sections that have arrived as one snapshot.</summary>
    private void Publish()
    {
        SectionResult[] results;
        lock (_arrived)
        {
            results = [.. _arrived];
            _arrived.Clear();
        }

        if (results.Length > 0)
        {
            record.Take(results, (collector, error) => LogBug(error, collector, host.Name));
        }
    }

    private SectionResult ResultOf(HostCollector collector, Section section, string? damage)
    {
        if (damage is not null)
        {
            return new SectionResult(collector, section, Failure: CollectorFailure.Parse, Message: damage);
        }

        if (section.Killed)
        {
            schedule.Penalise(collector, clock.Elapsed());
            return new SectionResult(
                collector, section, Failure: CollectorFailure.Timeout,
                Message: $"the command hung and was killed after {section.Duration.TotalSeconds:0} s");
        }

        schedule.Forgive(collector);
        try
        {
            var answer = section.ToolMissing
                ? throw new ToolFailureException(CollectorFailure.ToolMissing, "the command was not found")
                : section.NotExecutable
                    ? throw new ToolFailureException(CollectorFailure.Permission, "the login user may not run the command")
                    : Parse(collector, section);
            return answer.Failure is { } failure && collector.OffAfter(failure, host)
                ? new SectionResult(collector, section, OffBecause: Words.Of(failure))
                : new SectionResult(collector, section, answer);
        }
        catch (ToolFailureException e) when (collector.OffAfter(e.Reason, host))
        {
            return new SectionResult(collector, section, OffBecause: $"{Words.Of(e.Reason)}: {Printable.Line(e.Message, 200)}");
        }
        catch (ToolFailureException e)
        {
            return new SectionResult(collector, section, Failure: e.Reason, Message: e.Message);
        }
        catch (FormatException e)
        {
            return new SectionResult(collector, section, Failure: CollectorFailure.Parse, Message: e.Message);
        }
        catch (Exception e)
        {
            LogBug(e, collector.Name, host.Name);
            return new SectionResult(collector, section, Failure: CollectorFailure.Bug, Message: e.Message);
        }
    }

    private static Section Missing(HostCollector collector) => new(collector.Name, 0, 0, default, default, "");

    private IAnswer Parse(HostCollector collector, Section section)
    {
        var started = clock.GetTimestamp();
        var answer = collector.Parse(section);
        metrics.Parsed(clock.GetElapsedTime(started));
        return answer;
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

    private static bool Remove(List<HostCollector> pending, HostCollector collector)
    {
        lock (pending)
        {
            return pending.Remove(collector);
        }
    }

    private static List<HostCollector> Snapshot(List<HostCollector> pending)
    {
        lock (pending)
        {
            return [.. pending];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Collector {Collector} failed on an answer of {Host}; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string collector, string host);
}
