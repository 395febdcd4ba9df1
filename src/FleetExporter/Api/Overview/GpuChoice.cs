using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling;

namespace FleetExporter.Api.Overview;

/// <summary>Which host's GPUs an answer is about.</summary>
internal static class GpuChoice
{
    /// <summary>
    /// The first host that has GPUs, or has had or ought to have; else the first that has not said yet. Null when none has any: the part is not configured then.
    /// </summary>
    public static HostSnapshot? First(IEnumerable<HostSnapshot> hosts)
    {
        HostSnapshot? undecided = null;
        foreach (var host in hosts)
        {
            switch (HasGpus(host))
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

    /// <summary>Every GPU of the host as last read; one that says what is missing when there is no reading of now.</summary>
    public static IReadOnlyList<GpuPart> PartsOf(HostSnapshot host, Instant now)
    {
        if (host.Get<GpuReading>(now) is { Gpus.Count: > 0 } reading)
        {
            var at = OutcomeOf(host)!.ReadingAt!.Value.Time;
            return [.. reading.Gpus.Select(gpu => GpuPart.Of(gpu, host.Host.Name, at))];
        }

        return HasGpus(host) == false ? [] : [GpuPart.Missing(host.Host.Name, HasBeenAsked(host, now))];
    }

    /// <summary>A host that nobody can reach has been asked, in vain.</summary>
    public static bool HasBeenAsked(HostSnapshot host, Instant now) => OutcomeOf(host) is not null || host.Status(now) == HostStatus.Offline;

    private static CollectorOutcome? OutcomeOf(HostSnapshot host) => host.Outcomes.GetValueOrDefault("gpu");

    /// <returns>Null while it cannot be known.</returns>
    public static bool? HasGpus(HostSnapshot host) => (host.Host.Gpu, OutcomeOf(host)) switch
    {
        (Toggle.False, _) or (_, { OffBecause: not null }) => false,
        (Toggle.True, _) or (_, { Failure: not null }) or (_, { Reading: GpuReading { Gpus.Count: > 0 } }) => true,
        (_, { Reading: not null }) => false,
        _ => null,
    };
}
