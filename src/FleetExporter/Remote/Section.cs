namespace FleetExporter.Remote;

/// <summary>One collector's part of a frame, as the host sent it.</summary>
/// <param name="Name">The word that was asked.</param>
/// <param name="Status">Exit status of its command; above 128 a signal ended it.</param>
/// <param name="Uptime">The host's uptime when the section was done, in seconds with a resolution of 10 ms.</param>
/// <param name="Duration">Time the section took on the host.</param>
/// <param name="HostTime">The host's wall clock at that moment, as of the clock's state when the stream was opened.</param>
/// <param name="Body">Text; bytes that are not UTF-8 are replaced.</param>
internal sealed record Section(string Name, int Status, double Uptime, TimeSpan Duration, DateTimeOffset HostTime, string Body)
{
    /// <summary>The shell says 127 where a command is not found.</summary>
    public bool ToolMissing => Status == 127;

    /// <summary>The shell says 126 where it may not run the command.</summary>
    public bool NotExecutable => Status == 126;

    /// <summary>Killed by the sampler's watchdog or by somebody else. ksh says 256 + signal where the others say 128 + signal.</summary>
    public bool Killed => Status > 128 && (Status & 127) == 9;
}

/// <summary>What the sampler says of itself when it starts.</summary>
/// <param name="User">Login user on the host.</param>
/// <param name="Epoch">The host's wall clock.</param>
/// <param name="Uptime">The host's uptime at that moment, in seconds.</param>
internal sealed record Hello(string User, DateTimeOffset Epoch, double Uptime)
{
    public DateTimeOffset At(double uptime) => Epoch + TimeSpan.FromSeconds(uptime - Uptime);
}
