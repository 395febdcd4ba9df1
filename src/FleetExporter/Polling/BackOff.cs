using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// How long to wait before the next attempt: doubling, with jitter. Failures that a login guard such as fail2ban counts wait longer: three
/// attempts in the first ten minutes.
/// </summary>
internal sealed class BackOff(TimeSpan first, Random random)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstAfterRefusal = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestAfterRefusal = TimeSpan.FromMinutes(15);

    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next(SshFailure reason)
    {
        var refused = reason is SshFailure.Auth or SshFailure.HostkeyChanged or SshFailure.HostkeyUnknown or SshFailure.Banner or SshFailure.Shell;
        var start = refused ? FirstAfterRefusal : Min(first, TimeSpan.FromSeconds(5));
        var longest = refused ? LongestAfterRefusal : Longest;
        var wait = Min(start * Math.Pow(2, Math.Min(_failures++, 20)), longest);
        return wait * (0.75 + (random.NextDouble() * 0.25));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
