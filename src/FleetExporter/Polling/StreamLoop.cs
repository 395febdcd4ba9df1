using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Polls the collectors of one open stream, tick after tick, until the stream ends.</summary>
/// <param name="isDelivered">Whether a collector is delivered by a loop, so that only a requested poll calls it, if that is quick.</param>
/// <param name="isEnding">Whether the stream is to end, but not during a poll.</param>
internal sealed class StreamLoop(
    HostConfig host, PollTiming timing, StreamKind kind, HostSnapshotUpdater updater, Schedule schedule, PollTrigger pollTrigger,
    SectionReader reader, PollMetrics metrics, TimeProvider clock, Func<HostCollector, bool>? isDelivered = null,
    Func<bool>? isEnding = null)
{
    /// <summary>
    /// Arrived sections are published this often while the frame is incomplete, so that a hanging command delays no other.
    /// </summary>
    private static readonly TimeSpan PublishAfter = TimeSpan.FromSeconds(1);

    /// <summary>Hosts are polled in turn, those of a slot together: one wake-up serves all of them.</summary>
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(100);

    private readonly List<SectionResult> _arrived = [];

    /// <summary>When the sampler last got a line.</summary>
    private TimeSpan _sentAt = clock.Elapsed();

    /// <summary>Time after which a missing section counts as failed; a slow nvidia-smi needs seconds.</summary>
    private readonly TimeSpan _timeout = Duration.Max(timing.Interval, TimeSpan.FromSeconds(kind == StreamKind.Gpu ? 5 : 2));

    /// <summary>After one to two leases without progress the sampler ends the hanging command or itself.</summary>
    public TimeSpan Lease { get; } = kind == StreamKind.Gpu ? ScriptLease.Gpu : ScriptLease.Of(timing.Interval);

    /// <summary>Runs until the stream ends, no collector is enabled, or it is to end between two polls.</summary>
    /// <param name="collectors">The stream's collectors, in request order.</param>
    /// <exception cref="StreamException">The stream ended; its reason.</exception>
    public async Task RunAsync(SamplerStream stream, IReadOnlyList<HostCollector> collectors, Action answered, CancellationToken stop)
    {
        var slots = Math.Max(1, (uint)(timing.Interval / Slot));
        var phase = (uint)StableHash.Of(host.Name) % slots * Slot;
        while (true)
        {
            var request = pollTrigger.TakeRequest();
            if (isEnding?.Invoke() == true)
            {
                request?.TrySetResult();
                return;
            }

            var enabled = SelectEnabled(collectors);
            var asked = Requests(enabled.Where(c => isDelivered?.Invoke(c) != true || (request is not null && c.Every == TimeSpan.Zero)));
            var due = schedule.Due(asked, clock.Elapsed(), request is not null);
            try
            {
                if (due.Count > 0)
                {
                    await PollAsync(stream, due, stop).ConfigureAwait(false);
                    answered();
                }
            }
            finally
            {
                request?.TrySetResult();
            }

            if (enabled.Count == 0 && kind == StreamKind.Gpu)
            {
                return;
            }

            if (due is not [{ Collector: SystemCollector }])
            {
                await WaitForTickAsync(stream, phase, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The enabled collectors. Until the host's tools are known, only the one that reports them.</summary>
    private List<HostCollector> SelectEnabled(IReadOnlyList<HostCollector> collectors) =>
        collectors[0] is SystemCollector first && !updater.Current.Outcomes.Contains(first.Name) ? [first] : updater.SelectEnabled(collectors);

    /// <summary>What each collector is asked. Of one that has nothing to ask, or that nobody looks at, nothing is known.</summary>
    private List<CollectorRequest> Requests(IEnumerable<HostCollector> collectors)
    {
        FreshAnswers? answers = null;
        List<CollectorRequest> requests = [];
        foreach (var collector in collectors)
        {
            if (!collector.TakesArguments && (!collector.IsOnDemand || updater.Current.IsLookedAt(clock.Now())))
            {
                requests.Add(new CollectorRequest(collector));
            }
            else if (collector.TakesArguments && collector.Arguments(answers ??= new FreshAnswers(updater.Current, clock.Now())) is { } arguments)
            {
                requests.Add(new CollectorRequest(collector, arguments));
            }
            else
            {
                schedule.MakeDue(collector);
                updater.Forget(collector);
            }
        }

        return requests;
    }

    private async Task PollAsync(SamplerStream stream, IReadOnlyList<CollectorRequest> due, CancellationToken stop)
    {
        var pending = due.Select(r => r.Collector).ToList();
        var started = clock.GetTimestamp();
        foreach (var request in due)
        {
            schedule.MarkRequested(request, clock.Elapsed());
        }

        _sentAt = clock.Elapsed();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answers = ReadAnswersAsync(stream, due, pending, abort.Token);
        try
        {
            // A sampler that cannot kill a command reports that within 3 leases.
            var limit = (3 * Lease) + TimeSpan.FromSeconds(1);
            TimeSpan[] deadlines = [_timeout, limit];
            for (var waited = PublishAfter; !await EndsWithinAsync(waited).ConfigureAwait(false);)
            {
                Publish();
                if (waited == limit)
                {
                    throw new StreamException(SshFailure.Timeout, $"no answer within {limit.TotalSeconds:0} s");
                }

                if (waited == _timeout)
                {
                    updater.TimedOut(Snapshot(pending), $"no answer within {_timeout.TotalSeconds:0} s");
                }

                waited = deadlines.Where(d => d > waited).Append(waited + PublishAfter).Min();
            }

            await answers.ConfigureAwait(false);
            metrics.Answered(clock.GetElapsedTime(started));
        }
        catch (StreamException e) when (e.Stuck && Snapshot(pending) is [var first, ..])
        {
            // The sampler reported a hanging command. Silence would prove nothing: it may as well be the network.
            schedule.Suspend(first, clock.Elapsed());
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

    private async Task ReadAnswersAsync(
        SamplerStream stream, IReadOnlyList<CollectorRequest> due, List<HostCollector> pending, CancellationToken stop)
    {
        await foreach (var (section, broken) in stream.AskAsync([.. due.Select(r => r.Word)], stop).ConfigureAwait(false))
        {
            // One section per collector and tick: duplicates are ignored.
            if (due.FirstOrDefault(r => r.Name == (section?.Name ?? broken?.Section)).Collector is { } collector && Remove(pending, collector))
            {
                Arrived(ResultOf(collector, section ?? Missing(collector), broken?.Problem));
            }
        }

        // Requested, but not in the complete frame: the section was damaged, including its name.
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
            updater.Apply(results, reader.Bug);
        }
    }

    private SectionResult ResultOf(HostCollector collector, Section section, string? damage)
    {
        if (damage is null && section.Killed)
        {
            schedule.Suspend(collector, clock.Elapsed());
        }
        else if (damage is null)
        {
            schedule.Resume(collector);
        }

        return reader.Read(collector, section, damage);
    }

    private static Section Missing(HostCollector collector) => new(collector.Name, 0, 0, default, default, "");

    /// <summary>Waits for the host's next tick or a requested poll, and sends keep-alives to the sampler meanwhile.</summary>
    private async Task WaitForTickAsync(SamplerStream stream, TimeSpan phase, CancellationToken stop)
    {
        var now = clock.Elapsed();
        var since = TimeSpan.FromTicks((now + timing.Interval - phase).Ticks % timing.Interval.Ticks);
        var next = now + timing.Interval - since;
        while (clock.Elapsed() is var at && at < next)
        {
            // A tick that asks for something is a keep-alive, too.
            var renewal = _sentAt + ScriptLease.PauseOf(Lease);
            if (at >= renewal)
            {
                _sentAt = at;
                await stream.KeepAliveAsync(stop).ConfigureAwait(false);
            }
            else if (await pollTrigger.WaitAsync(Duration.Min(next, renewal) - at, clock, stop).ConfigureAwait(false))
            {
                return;
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
}
