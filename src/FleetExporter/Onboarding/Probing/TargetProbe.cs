using System.Diagnostics;
using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Targets;

namespace FleetExporter.Onboarding.Probing;

/// <summary>Polls one service, provider, gateway or tunnel once, as the exporter would, and lists its findings.</summary>
/// <param name="device">The key for gateways that want a device; null for none.</param>
internal sealed class TargetProbe(TargetConfig target, TargetCollector collector, TimeProvider clock, DeviceKey? device = null)
{
    private const int MaxDetail = 300;

    /// <param name="checks">Receives the checks.</param>
    public async Task RunAsync(CheckList checks, CancellationToken stop)
    {
        await checks.BeginAsync(collector.Name).ConfigureAwait(false);
        await checks.EndAsync(await AskAsync(stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Check>> AskAsync(CancellationToken stop)
    {
        // No host is connected, so the state of units is unknown.
        var session = collector.Open(target, new TargetContext(clock, (_, _) => null) { Device = device });
        await using (session.ConfigureAwait(false))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(target.Timeout);
            var started = Stopwatch.GetTimestamp();
            try
            {
                var reading = await session.AskAsync(limit.Token).ConfigureAwait(false);
                var latency = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                return
                [
                    reading.Failure is { } failure
                        ? Fail(failure.Reason, failure.Message)
                        : new(collector.Name, Verdict.Ok, Detail: string.Create(CultureInfo.InvariantCulture, $"answers in {latency:0} ms")),
                    .. reading.Findings().Select(f => new Check(f.Name, Verdict.Ok, Detail: Printable.Line(f.Value, MaxDetail))),
                ];
            }
            catch (TargetFailureException e)
            {
                return [Fail(e.Reason, e.Message)];
            }
            catch (FormatException e)
            {
                return [Fail(TargetFailure.Body, e.Message)];
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return [Fail(TargetFailure.Timeout, $"no complete answer within {Duration.Format(target.Timeout)}")];
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return [Fail(TargetFailure.Bug, e.Message)];
            }
        }
    }

    private Check Fail(TargetFailure reason, string message) =>
        new(collector.Name, Verdict.Failed, Words.Of(reason), Printable.Line(message, MaxDetail), Fixes.Of(reason));
}
