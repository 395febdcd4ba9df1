using System.Globalization;

namespace FleetExporter.Remote;

/// <summary>One collector's part of a frame, as the host sent it.</summary>
/// <param name="Name">The requested word.</param>
/// <param name="Status">Exit status of its command; above 128 after a signal.</param>
/// <param name="Uptime">The host's uptime when the section was done, in seconds with a resolution of 10 ms.</param>
/// <param name="Duration">Time the section took on the host; null for a sample of a loop, which is not measured.</param>
/// <param name="HostTime">The host's wall clock at that moment, computed from the clock at the start of the stream.</param>
/// <param name="Body">Text; bytes that are not UTF-8 are replaced.</param>
internal sealed record Section(string Name, int Status, double Uptime, TimeSpan? Duration, DateTimeOffset HostTime, string Body)
{
    /// <summary>The shell's status for a command that is not found.</summary>
    public bool ToolMissing => Status == 127;

    /// <summary>The shell's status for a command that it may not execute.</summary>
    public bool NotExecutable => Status == 126;

    /// <summary>Killed by SIGKILL, such as by the sampler's watchdog. The status is 256 + signal in ksh, 128 + signal in other shells.</summary>
    public bool Killed => Status > 128 && (Status & 127) == 9;
}

/// <summary>The first message of a script.</summary>
/// <param name="User">Login user on the host.</param>
/// <param name="Epoch">The host's wall clock.</param>
/// <param name="Uptime">The host's uptime at that moment, in seconds.</param>
internal sealed record Hello(string User, DateTimeOffset Epoch, double Uptime)
{
    public DateTimeOffset At(double uptime) => Epoch + TimeSpan.FromSeconds(uptime - Uptime);

    /// <param name="words"><c>key=value</c>.</param>
    /// <exception cref="StreamException">It has no clock.</exception>
    public static Hello Parse(IReadOnlyList<string> words)
    {
        var pairs = words.Select(p => p.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);
        if (pairs.TryGetValue("epoch", out var epoch) && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 32503680000
            && pairs.TryGetValue("up", out var up) && FrameReader.TryUptime(up, out var uptime))
        {
            return new Hello(Printable.Line(pairs.GetValueOrDefault("user", ""), 64), DateTimeOffset.FromUnixTimeSeconds(seconds), uptime);
        }

        throw new StreamException(SshFailure.Shell, "the script's hello has no clock; the host must be Linux with /proc");
    }
}
