namespace FleetExporter.Cli.Doctor;

/// <summary>Whether the clock is synchronised.</summary>
internal static class TimeChecks
{
    /// <param name="synchronised">Output of timedatectl: yes or no; null without systemd.</param>
    public static Finding Run(string? synchronised) => synchronised switch
    {
        "yes" => Finding.Ok("time synchronisation", "the clock is synchronised"),
        "no" => Finding.Warning("time synchronisation", "the clock is not synchronised", "timedatectl set-ntp true, or configure chrony."),
        _ => Finding.Skipped("time synchronisation", "timedatectl is not available, as in a container"),
    };
}
