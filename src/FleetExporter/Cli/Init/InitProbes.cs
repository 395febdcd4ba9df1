using FleetExporter.Config;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli.Init;

/// <summary>Probes hosts, several at once.</summary>
internal static class InitProbes
{
    private const int MaxAtOnce = 8;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    /// <param name="report">Gets each host as its probe ends, one at a time.</param>
    /// <returns>The checks by host name.</returns>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<Check>>> RunAsync(
        IReadOnlyList<HostConfig> hosts, Action<string, IReadOnlyList<Check>> report, CancellationToken stop)
    {
        var found = new Dictionary<string, IReadOnlyList<Check>>(StringComparer.Ordinal);
        using var shells = new SshShells(TimeProvider.System);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(hosts, options, async (host, cancel) =>
        {
            var checks = await ProbeAsync(host, shells, cancel).ConfigureAwait(false);
            lock (found)
            {
                found[host.Name] = checks;
                report(host.Name, checks);
            }
        }).ConfigureAwait(false);
        return found;
    }

    private static async Task<IReadOnlyList<Check>> ProbeAsync(HostConfig host, SshShells shells, CancellationToken stop)
    {
        var checks = new CheckList();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        try
        {
            IShell shell = host.Address is { } address ? shells.Create(address, host.Ssh) : new LocalShell();
            await new HostProbe(host, shell, TimeProvider.System).RunAsync(checks, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var late = new Check("probe", Verdict.Failed, "timeout", $"no result within {Duration.Format(Timeout)}");
            await checks.EndAsync(late).ConfigureAwait(false);
        }

        return checks.Ended;
    }
}
