using FleetExporter.Config;

namespace FleetExporter.Remote;

/// <summary>How long a script on a host goes on without a line from the exporter: its watchdog looks once per lease.</summary>
internal static class ScriptLease
{
    /// <summary>
    /// Of the scripts that run nvidia-smi, because a slow one needs seconds. Polls up to ten seconds apart renew it without a line in between.
    /// </summary>
    public static readonly TimeSpan Gpu = TimeSpan.FromSeconds(15);

    /// <summary>Longest delay of a line that is tolerated.</summary>
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    /// <summary>Of the other scripts: short, because it limits how long a silent host counts as connected. Whole seconds, for <c>sleep</c>.</summary>
    public static TimeSpan Of(TimeSpan interval) => TimeSpan.FromSeconds(Math.Clamp(Math.Floor(interval.TotalSeconds), 2, 10));

    /// <summary>Longest pause between two lines.</summary>
    public static TimeSpan PauseOf(TimeSpan lease) => Duration.Max(lease / 2, lease - MaxDelay);
}
