namespace FleetExporter.Parsing;

/// <summary>
/// CPU seconds per mode since boot, summed over all CPUs. As in node_exporter, user includes guest, and nice includes guest_nice.
/// </summary>
internal sealed record CpuTimes(
    double User, double Nice, double System, double Idle, double IoWait, double Irq, double SoftIrq, double Steal)
{
    private const double TicksPerSecond = 100;

    /// <summary>Tolerated decrease of the idle counter without a reboot, in seconds, as in node_exporter.</summary>
    private const double IdleStepBack = 3;

    /// <summary>Seconds by mode, named as in the label <c>mode</c>.</summary>
    public IEnumerable<(string Mode, double Seconds)> Modes() =>
    [
        ("user", User), ("nice", Nice), ("system", System), ("idle", Idle),
        ("iowait", IoWait), ("irq", Irq), ("softirq", SoftIrq), ("steal", Steal),
    ];

    /// <summary>Share of time between two readings that was neither idle nor iowait, 0-1.</summary>
    /// <returns>
    /// Null when counters decreased (reboot) or no tick has elapsed. iowait can decrease without a reboot and then counts as 0.
    /// </returns>
    public static double? BusyRatio(CpuTimes previous, CpuTimes current)
    {
        double[] busy =
        [
            current.User - previous.User, current.Nice - previous.Nice, current.System - previous.System,
            current.Irq - previous.Irq, current.SoftIrq - previous.SoftIrq, current.Steal - previous.Steal,
        ];
        var idle = current.Idle - previous.Idle;
        if (busy.Any(static d => d < 0) || idle < -IdleStepBack)
        {
            return null;
        }

        var worked = busy.Sum();
        var total = worked + Math.Max(0, idle) + Math.Max(0, current.IoWait - previous.IoWait);
        return total > 0 ? worked / total : null;
    }

    /// <summary>Reads the line <c>cpu  …</c> of /proc/stat. Old kernels have fewer columns, at least four; missing ones are 0.</summary>
    internal static CpuTimes? TryParse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5 || words[0] != "cpu")
        {
            return null;
        }

        var seconds = new double[8];
        for (var i = 0; i < seconds.Length && i + 1 < words.Length; i++)
        {
            if (!SectionText.TryCount(words[i + 1], out var ticks))
            {
                return null;
            }

            seconds[i] = ticks / TicksPerSecond;
        }

        return new CpuTimes(seconds[0], seconds[1], seconds[2], seconds[3], seconds[4], seconds[5], seconds[6], seconds[7]);
    }
}
