using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Overview;

/// <summary>Selects the host whose GPUs a part shows, and builds their parts.</summary>
internal static class GpuSelection
{
    /// <summary>
    /// The first host that has GPUs, had some or is configured to have them; else the first that is undecided.
    /// Null when none has any: the part is then not configured.
    /// </summary>
    public static HostSnapshot? First(IEnumerable<HostSnapshot> hosts)
    {
        HostSnapshot? undecided = null;
        foreach (var host in hosts)
        {
            switch (host.HasGpus())
            {
                case true:
                    return host;
                case null:
                    undecided ??= host;
                    break;
            }
        }

        return undecided;
    }

    /// <summary>Every GPU of the host's fresh reading; without one, a single part with the reason.</summary>
    /// <param name="hotCelsius">Limit for GPUs that report none.</param>
    public static IReadOnlyList<GpuPart> PartsOf(HostSnapshot host, Instant now, double hotCelsius)
    {
        if (host.Get<GpuReading>(now) is { Gpus.Count: > 0 } reading)
        {
            var at = OutcomeOf(host)!.ReadingAt!.Value.Time;
            return [.. reading.Gpus.Select(gpu => GpuPart.Of(gpu, host.Host.Name, at, hotCelsius))];
        }

        return host.HasGpus() == false ? [] : [GpuPart.Missing(host.Host.Name, HasBeenPolled(host, now), Problem(host, now))];
    }

    /// <summary>Whether the GPUs were polled; an offline host counts as polled.</summary>
    public static bool HasBeenPolled(HostSnapshot host, Instant now) => OutcomeOf(host) is not null || host.Status(now) == HostStatus.Offline;

    /// <summary>Why there is no fresh reading, in one line; null before the first poll.</summary>
    public static string? Problem(HostSnapshot host, Instant now) => (OutcomeOf(host), host.Status(now)) switch
    {
        (_, HostStatus.Offline) => host.Problem(now) is { } reason ? $"{host.Host.Name} is offline: {reason}" : $"{host.Host.Name} is offline",
        ({ Failure: { } failure } outcome, _) => outcome.Message is { } message ? $"{Words.Of(failure)}: {message}" : Words.Of(failure),
        (null, _) => null,
        _ => "no reading",
    };

    private static CollectorOutcome? OutcomeOf(HostSnapshot host) => host.Outcomes.Find("gpu");
}
