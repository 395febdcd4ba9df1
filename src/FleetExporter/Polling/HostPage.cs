using FleetExporter.Collectors;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>Writes one host's samples: its health always, its readings while they are fresh.</summary>
internal static class HostPage
{
    private static readonly IReadOnlyList<string> Statuses = Words.All<HostStatus>();
    private static readonly IReadOnlyList<string> SshFailures = Words.All<Remote.SshFailure>();

    /// <param name="bug">Called when writing a reading throws: its collector then counts as failed, and the rest of the page is kept.</param>
    public static void Write(MetricsPage page, HostSnapshot snapshot, Instant now, Action<string, Exception>? bug = null)
    {
        page.BeginTarget();
        var host = Labels.Of("host", snapshot.Host.Name);
        page.AddStates(HealthFamilies.HostStatus, host, "status", Statuses, Words.Of(snapshot.Status(now)));
        if (snapshot.Host.Device is { } device)
        {
            // A device is not polled, so it has no collector health, only the time of its last push.
            WriteInfo(page, host, snapshot, now);
            DeviceFamilies.Write(page, host, snapshot, device, now);
            snapshot.Get<GpuReading>(now)?.WriteTo(page, host);
            return;
        }

        page.Add(HealthFamilies.PollInterval, host, snapshot.Timing.Interval.TotalSeconds);
        WriteInfo(page, host, snapshot, now);
        page.Add(HealthFamilies.GpuReleaseEnd, host, snapshot.ReleasedUntil(now)?.SecondsAsOf(now));
        if (snapshot.Host.Address is not null)
        {
            WriteConnection(page, host, snapshot.Connection);
        }

        foreach (var collector in CollectorCatalog.All)
        {
            if (snapshot.Outcomes.Find(collector.Name) is { OffBecause: null } outcome)
            {
                try
                {
                    snapshot.ReadingOf(collector, now)?.WriteTo(page, host);
                }
                catch (Exception e)
                {
                    bug?.Invoke($"{collector.Name} of {snapshot.Host.Name}", e);
                    outcome = outcome with { Failure = CollectorFailure.Bug };
                }

                WriteHealth(page, host, collector.Name, outcome, now);
            }
        }

        foreach (var ((collector, reason), count) in snapshot.Failures)
        {
            page.Add(HealthFamilies.CollectorFailures, host, count, ("collector", collector), ("target", ""), ("reason", Words.Of(reason)));
        }
    }

    private static void WriteInfo(MetricsPage page, Labels host, HostSnapshot snapshot, Instant now)
    {
        var system = snapshot.Get<SystemReading>(now)?.System;
        var unified = snapshot.Get<GpuReading>(now)?.Gpus.Any(g => g.MemoryUnified) ?? false;
        page.Add(
            HealthFamilies.HostInfo, host, 1, ("os", system?.Os ?? ""), ("kernel", system?.Kernel ?? ""), ("arch", system?.Architecture ?? ""),
            ("model", system?.Model ?? ""), ("unified_memory", unified ? "true" : "false"),
            ("simulated", snapshot.Host.Simulated is null ? "false" : "true"));
    }

    private static void WriteConnection(MetricsPage page, Labels host, ConnectionState connection)
    {
        page.Add(HealthFamilies.SshUp, host, connection.Up ? 1 : 0);
        page.AddStates(
            HealthFamilies.SshFailure, host, "reason", SshFailures, connection is { Up: false, Failure: { } failure } ? Words.Of(failure) : null);
        page.Add(HealthFamilies.SshConnectDuration, host, connection.ConnectDuration?.TotalSeconds);
        page.Add(HealthFamilies.SshReconnects, host, Math.Max(0, connection.Connects - 1));
    }

    private static void WriteHealth(MetricsPage page, Labels host, string collector, CollectorOutcome outcome, Instant now)
    {
        page.Add(HealthFamilies.Success, host, outcome.Failure is null ? 1 : 0, ("collector", collector), ("target", ""));
        page.Add(
            HealthFamilies.LastSuccess, host, outcome.LastSuccess?.SecondsAsOf(now), ("collector", collector), ("target", ""));
        page.Add(HealthFamilies.Duration, host, outcome.Duration?.TotalSeconds, ("collector", collector), ("target", ""));
    }
}
