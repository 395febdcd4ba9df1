using FleetExporter.Hosting;

namespace FleetExporter.Control;

/// <summary>After a start, and as soon as the store is there, gives an end to the calls that the service began before and did not end.</summary>
internal sealed class UnfinishedCalls(Audit audit, LoopDependencies parts) : HostedLoop(ServiceLoop.UnfinishedCalls, parts)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var (ended, success) = await audit.EndUnfinishedAsync(stop).ConfigureAwait(false);
            if (success && ended < Audit.MostUnfinished)
            {
                return;
            }

            await (success ? Task.CompletedTask : Task.Delay(RetryDelay, Clock, stop)).ConfigureAwait(false);
        }
    }
}
