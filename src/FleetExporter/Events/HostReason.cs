using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Events;

/// <summary>The reason of a host's problem, as one word.</summary>
internal static class HostReason
{
    /// <returns>
    /// The failure of the connection or of the first failing collector; <c>gpu_lost</c>; <c>no_push</c> of a device; else <c>no_answer</c>.
    /// </returns>
    public static string Of(HostSnapshot host, Instant now)
    {
        if (host.Host.Device is not null)
        {
            return "no_push";
        }

        if (!host.Connection.Up && host.Connection.Failure is { } failure)
        {
            return Words.Of(failure);
        }

        return host.Outcomes.Select(o => o.Failure).FirstOrDefault(f => f is not null) is { } failed ? Words.Of(failed)
            : host.Get<GpuReading>(now) is { LostCount: > 0 } ? "gpu_lost"
            : "no_answer";
    }
}
