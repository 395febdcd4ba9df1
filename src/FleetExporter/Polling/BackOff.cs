using FleetExporter.Config;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// The delay before the next connection attempt: doubling, with jitter. After failures that tools such as fail2ban count it is longer: three
/// attempts in the first ten minutes.
/// </summary>
internal sealed class BackOff(TimeSpan first, Random random)
{
    private static readonly TimeSpan Max = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstAfterRejection = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MaxAfterRejection = TimeSpan.FromMinutes(15);

    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next(SshFailure reason)
    {
        var rejected = reason is SshFailure.Auth or SshFailure.HostkeyChanged or SshFailure.HostkeyUnknown or SshFailure.Banner or SshFailure.Shell;
        var start = rejected ? FirstAfterRejection : Duration.Min(first, TimeSpan.FromSeconds(5));
        var max = rejected ? MaxAfterRejection : Max;
        var wait = Duration.Min(start * Math.Pow(2, Math.Min(_failures++, 20)), max);
        return wait * (0.75 + (random.NextDouble() * 0.25));
    }
}
