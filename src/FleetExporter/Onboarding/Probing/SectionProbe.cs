using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Onboarding.Probing;

/// <summary>Asks the collectors of one stream once, and checks each section as it arrives.</summary>
internal sealed class SectionProbe(HostConfig host, CheckList checks)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(40);

    /// <param name="collectors">In the order of the frame.</param>
    public async Task RunAsync(SamplerStream stream, List<HostCollector> collectors, CancellationToken stop)
    {
        var left = new Queue<HostCollector>(collectors);
        await BeginNextAsync(left).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        try
        {
            string[] enabled = [.. collectors.Where(c => OffBecause(c) is null).Select(c => c.Name)];
            await foreach (var (section, broken) in stream.AskAsync(enabled, limit.Token).ConfigureAwait(false))
            {
                var name = section?.Name ?? broken?.Section;
                if (left.All(c => c.Name != name))
                {
                    continue;
                }

                while (left.Peek().Name != name)
                {
                    await checks.EndAsync(Unasked(left.Dequeue())).ConfigureAwait(false);
                }

                var next = left.Dequeue();

                await checks.EndAsync(section is null
                    ? new(next.Name, Verdict.Failed, "parse", broken!.Problem, next.Fix(CollectorFailure.Parse))
                    : Evaluate(next, section)).ConfigureAwait(false);
                if (section is { Killed: true, Name: "gpu" })
                {
                    // The other GPU collectors would hang in the same driver.
                    break;
                }

                await BeginNextAsync(left).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is StreamException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            var message = e is StreamException ? e.Message : $"no answer within {Timeout.TotalSeconds:0} s";
            if (left.TryDequeue(out var silent))
            {
                await checks.EndAsync(new Check(silent.Name, Verdict.Failed, "timeout", message, silent.Fix(CollectorFailure.Timeout)))
                    .ConfigureAwait(false);
            }
        }

        await checks.EndAsync(left.Select(Unasked)).ConfigureAwait(false);
    }

    private Check Unasked(HostCollector collector) => OffBecause(collector) is { } reason
        ? new(collector.Name, Verdict.Off, Detail: reason)
        : new(collector.Name, Verdict.Skipped);

    private string? OffBecause(HostCollector collector) => collector.OffBecause(host, null);

    /// <summary>Passes over what is off.</summary>
    private async Task BeginNextAsync(Queue<HostCollector> left)
    {
        while (left.TryPeek(out var next))
        {
            if (OffBecause(next) is not { } reason)
            {
                await checks.BeginAsync(next.Name).ConfigureAwait(false);
                return;
            }

            await checks.EndAsync(new Check(left.Dequeue().Name, Verdict.Off, Detail: reason)).ConfigureAwait(false);
        }
    }

    private Check Evaluate(HostCollector collector, Section section)
    {
        try
        {
            var answer = section.ToolMissing ? throw new ToolFailureException(CollectorFailure.ToolMissing, "the command was not found")
                : section.Killed ? throw new ToolFailureException(CollectorFailure.Timeout, "the command hung and was killed")
                : collector.Parse(section);
            return answer.Failure is { } failure
                ? Fail(failure, "see the section text at /debug/hosts")
                : new(collector.Name, Verdict.Ok, Detail: collector.Summarize(answer));
        }
        catch (ToolFailureException e)
        {
            return Fail(e.Reason, e.Message);
        }
        catch (FormatException e)
        {
            return Fail(CollectorFailure.Parse, e.Message);
        }

        Check Fail(CollectorFailure reason, string message) => collector.OffAfter(reason, host)
            ? new(collector.Name, Verdict.Off, Words.Of(reason), Printable.Line(message, 160), collector.Fix(reason))
            : new(collector.Name, Verdict.Failed, Words.Of(reason), Printable.Line(message, 160), collector.Fix(reason));
    }
}
