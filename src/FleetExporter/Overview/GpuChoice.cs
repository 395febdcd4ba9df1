using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Overview;

/// <summary>Which host's GPUs an answer is about.</summary>
internal static class GpuChoice
{
    /// <summary>
    /// The first host that has GPUs, or has had or ought to have; else the first that has not said yet.
    /// Null when none has any: the part is not configured then.
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

    /// <summary>Every GPU of the host as last read; one that says what is missing when there is no reading of now.</summary>
    /// <param name="hotCelsius">For GPUs that report no limit of their own.</param>
    public static IReadOnlyList<GpuPart> PartsOf(HostSnapshot host, Instant now, double hotCelsius)
    {
        if (host.Get<GpuReading>(now) is { Gpus.Count: > 0 } reading)
        {
            var at = OutcomeOf(host)!.ReadingAt!.Value.Time;
            return [.. reading.Gpus.Select(gpu => GpuPart.Of(gpu, host.Host.Name, at, hotCelsius))];
        }

        return host.HasGpus() == false ? [] : [GpuPart.Missing(host.Host.Name, HasBeenAsked(host, now), Problem(host, now))];
    }

    /// <summary>A host that nobody can reach has been asked, in vain.</summary>
    public static bool HasBeenAsked(HostSnapshot host, Instant now) => OutcomeOf(host) is not null || host.Status(now) == HostStatus.Offline;

    /// <summary>Why there is no reading of now, in one line; null while nobody has been asked.</summary>
    public static string? Problem(HostSnapshot host, Instant now) => (OutcomeOf(host), host.Status(now)) switch
    {
        (_, HostStatus.Offline) => host.Problem(now) is { } why ? $"{host.Host.Name} is offline: {why}" : $"{host.Host.Name} is offline",
        ({ Failure: { } failure } outcome, _) => outcome.Message is { } message ? $"{Words.Of(failure)}: {message}" : Words.Of(failure),
        (null, _) => null,
        _ => "no reading",
    };

    private static CollectorOutcome? OutcomeOf(HostSnapshot host) => host.Outcomes.GetValueOrDefault("gpu");
}
