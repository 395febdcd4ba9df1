using FleetExporter.Collectors;
using FleetExporter.Config;

namespace FleetExporter.Polling.Snapshots;

internal static class GpuPresence
{
    /// <summary>Whether the host has GPUs, had some, or is configured to have them.</summary>
    /// <returns>Null while undecided by configuration and answers.</returns>
    public static bool? HasGpus(this HostSnapshot host) => (host.Host.Gpu, host.Outcomes.Find("gpu")) switch
    {
        _ when host.GpusReleasedUntil is not null => true,
        (Toggle.False, _) or (_, { OffBecause: not null }) => false,
        (Toggle.True, _) or (_, { Failure: not null }) or (_, { Reading: GpuReading { Gpus.Count: > 0 } }) => true,
        (_, { Reading: not null }) => false,
        _ => null,
    };
}
