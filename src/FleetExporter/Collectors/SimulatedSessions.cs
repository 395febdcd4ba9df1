using System.Globalization;

namespace FleetExporter.Collectors;

/// <summary>
/// The tmux sessions of a simulated host: one attached, one detached, one idle for days, which still uses CPU on hosts that train.
/// </summary>
internal sealed class SimulatedSessions(int seed, bool trains)
{
    /// <summary>Pid of the first session's process; the others follow.</summary>
    public const int FirstPid = 40_001;

    private static readonly string[] GpuHostSessions = ["train-vit", "notebooks", "old-sweep"];
    private static readonly string[] CpuHostSessions = ["backup", "updates", "forgotten"];

    public string Body(DateTimeOffset now, DateTimeOffset booted)
    {
        var names = trains ? GpuHostSessions : CpuHostSessions;
        DateTimeOffset[] active = [now, now.AddHours(-3), now.AddDays(-6)];
        string[] lines =
        [
            "U0:fleet",
            Session(0, now.AddHours(-7 - seed), 1, active[0], now.AddHours(-1), names[0]),
            Session(1, now.AddHours(-30 - seed), 0, active[1], now.AddHours(-4), names[1]),
            Session(2, now.AddDays(-9 - seed), 0, active[2], now.AddDays(-7), names[2]),
            .. active.Select((at, i) => $"P${i}:%{i}:{FirstPid + i}:0:{Hour(at)}"),
            "",
            .. Enumerable.Range(0, 3).Select(i => Stat(i, now, booted)),
        ];
        return string.Join('\n', lines);
    }

    // Times are truncated to the hour, so that they do not change between polls.
    private static string Session(int id, DateTimeOffset created, int attached, DateTimeOffset activity, DateTimeOffset lastAttached, string name) =>
        $"S${id}:{Hour(created)}:{attached}:{id + 1}:{Hour(activity)}:{Hour(lastAttached)}:{name}";

    private static long Hour(DateTimeOffset time) => time.ToUnixTimeSeconds() / 3600 * 3600;

    private string Stat(int session, DateTimeOffset now, DateTimeOffset booted)
    {
        var isIdle = session == 2 && !trains;
        var ticks = isIdle ? 600 : ((now - booted).TotalSeconds * 30 * (3 - session)) + (SimulatedWave.At(now, seed + session, 0, 1) * 600);
        var pages = 20_000 + (session * 90_000);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{FirstPid + session} (python3) S 1 1 1 0 -1 4194304 330 0 1 0 {ticks:0} {ticks / 10:0} 0 0 20 0 1 0 {1000 + session} 299008000 {pages} "
                + $"18446744073709551615 0 0 0 0 0 0 0");
    }
}
