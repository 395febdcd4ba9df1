using FleetExporter.Hosting;
using FleetExporter.Parsing;

namespace FleetExporter.Alerting;

/// <summary>
/// Synchronizes the feed with Alertmanager's list: immediately after a notification, and every 15 s,
/// because Alertmanager sends no notifications for silenced, inhibited or unrouted alerts.
/// </summary>
internal sealed class AlertSync(Alertmanager alertmanager, AlertFeed feed, LoopDependencies parts)
    : HostedLoop(ExporterLoop.Alerts, parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Synchronizes now.</summary>
    public void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Cancelled after the interval, the wait leaves a later wake-up to the next turn.
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Task.Delay(Interval, Clock, turn.Token), _wake.WaitAsync(turn.Token)).ConfigureAwait(false);
            await turn.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            try
            {
                feed.Replace(await alertmanager.AlertsAsync(stop).ConfigureAwait(false));
            }
            catch (TargetFailureException)
            {
                // The feed keeps its alerts; the alert endpoints report the failure.
            }
        }
    }
}
