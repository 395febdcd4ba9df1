using FleetExporter.Hosting;

namespace FleetExporter.Control;

/// <summary>After start-up, once the store responds, marks calls left unfinished by an earlier run as ended.</summary>
internal sealed class UnfinishedCalls(Audit audit, LoopDependencies parts) : HostedLoop(ExporterLoop.UnfinishedCalls, parts)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var (ended, success) = await audit.EndUnfinishedAsync(stop).ConfigureAwait(false);
            if (success && ended < Audit.MaxUnfinished)
            {
                return;
            }

            await (success ? Task.CompletedTask : Task.Delay(RetryDelay, Clock, stop)).ConfigureAwait(false);
        }
    }
}
