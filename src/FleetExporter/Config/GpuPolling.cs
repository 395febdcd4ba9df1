namespace FleetExporter.Config;

/// <summary>How nvidia-smi is run for the values that are read with every poll.</summary>
internal enum GpuPolling
{
    /// <summary>In loops up to a poll interval of a minute; by calls while a loop fails, and for longer intervals.</summary>
    Auto,

    /// <summary>In loops only: while one fails there are no values.</summary>
    Loop,

    /// <summary>One call per poll. No process of the exporter keeps the driver open in between.</summary>
    Call,
}
