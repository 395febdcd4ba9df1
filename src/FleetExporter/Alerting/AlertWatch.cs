using FleetExporter.Hosting;
using FleetExporter.Parsing;

namespace FleetExporter.Alerting;

/// <summary>
/// Compares the feed with Alertmanager's list: at once when a notification comes, and every 15 s,
/// because Alertmanager tells nobody of what is silenced, inhibited or sent nowhere.
/// </summary>
internal sealed class AlertWatch(Alertmanager alertmanager, AlertFeed feed, LoopDependencies parts)
    : HostedLoop(ServiceLoop.Alerts, parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Compare now.</summary>
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
            // What wakes it is waited for in vain when the time is over; it then counts for the next turn.
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
                // What was known still counts; who asks for the alerts is told why there are none.
            }
        }
    }
}
