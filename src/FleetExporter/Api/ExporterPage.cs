using System.IO.Pipelines;
using System.Reflection;
using FleetExporter.Alerting;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Training;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;
using FleetExporter.Streaming;

namespace FleetExporter.Api;

/// <summary>
/// Builds pages of one host or of everything. The latter has two parts: families written from snapshots and state, and the registry of the service's
/// own metrics.
/// </summary>
internal sealed partial class ExporterPage(
    FleetState state, RenderedHosts hosts, LiveConfig config, ExporterMetrics metrics, DroppedSeries dropped, IEnumerable<IPagePart> parts,
    TimeProvider clock, ILogger<ExporterPage> logger)
{
    private static readonly MetricFamily BuildInfo = MetricFamily.Gauge(
        "fleet_build_info", "1, with the version of the exporter and the commit it was built from.", "version", "commit");

    private static readonly MetricFamily ReloadSuccess = MetricFamily.Gauge(
        "fleet_config_last_reload_success",
        "1 when the last reload of fleet.yml succeeded, 0 when it failed and the previous configuration stayed active.");

    private static readonly MetricFamily ReloadTime = MetricFamily.Gauge(
        "fleet_config_last_reload_timestamp_seconds", "When fleet.yml was last loaded, successfully or not.");

    private static readonly MetricFamily Thresholds = MetricFamily.Gauge(
        "fleet_threshold", "Every threshold of fleet.yml or of the API, in base units; the alert rules compare with it.", "name");

    private static readonly MetricFamily LegacyThreshold = MetricFamily.Gauge(
        "fleet_tmux_legacy_threshold_seconds", "Time after which a detached session counts as legacy, legacy_after.");

    /// <summary>Families with a limited number of series, because hosts, targets and users determine it.</summary>
    public static IEnumerable<MetricFamily> Limited { get; } =
        [.. CollectorCatalog.Families, .. TargetCatalog.Families, .. JobBoard.Families, BudgetPage.Usd];

    /// <summary>Families of the registry.</summary>
    public static IReadOnlyList<MetricFamily> RegistryFamilies { get; } =
    [
        .. RuntimeMetrics.Families, .. HttpMetrics.Families, .. ControlMetrics.Families, .. StreamClients.Families,
        StoreMetrics.Up, StoreMetrics.Duration, EventMetrics.Lost, PollMetrics.PhaseDuration, PollMetrics.MonitorsAbandoned, LoopMetrics.Failures,
        DroppedSeries.Total, Watchdog.LastSeen,
    ];

    /// <summary>All families that the service can publish, by name.</summary>
    public static IReadOnlyList<MetricFamily> Families { get; } =
    [
        .. CollectorCatalog.Families
            .Concat(TargetCatalog.Families)
            .Concat(HealthFamilies.All)
            .Concat(RegistryFamilies)
            .Concat(JobBoard.Families)
            .Concat(DeviceFamilies.All)
            .Append(BudgetPage.Usd)
            .Concat([BuildInfo, ReloadSuccess, ReloadTime, Thresholds, LegacyThreshold, ServerCertificate.NotAfter])
            .OrderBy(f => f.Name, StringComparer.Ordinal),
    ];

    public static string Version { get; } =
        typeof(ExporterPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Writes the page of everything. The registry comes last, so that it includes the series that this page dropped.</summary>
    public async Task WriteAllAsync(PipeWriter output, ExpositionFormat format, CancellationToken stop)
    {
        var all = All();
        try
        {
            await RenderedSamples.WriteAsync(output, all, format, stop).ConfigureAwait(false);
        }
        finally
        {
            all.ForEach(samples => samples.Release());
        }

        await using var rest = output.AsStream(leaveOpen: true);
        await metrics.WriteAsync(rest, format, stop).ConfigureAwait(false);
    }

    public MetricsPage Of(HostSnapshot host)
    {
        var page = new MetricsPage(dropped);
        HostPage.Write(page, host, clock.Now(), LogBug);
        return page;
    }

    private List<RenderedSamples> All()
    {
        var now = clock.Now();
        using var page = new MetricsPage(dropped);
        foreach (var target in state.Targets)
        {
            TargetPage.Write(page, target, now, LogBug);
        }

        page.BeginTarget();
        WriteService(page);
        return [.. state.Hosts.Select(h => hosts.Of(h, now, LogBug)), page.Render()];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The reading {Reading} could not be published; this is a bug of the exporter")]
    private partial void LogBug(string reading, Exception error);

    private void WriteService(MetricsPage page)
    {
        var version = Version.Split('+');
        page.Add(BuildInfo, Labels.None, 1, ("version", version[0]), ("commit", version.Length > 1 ? version[1] : ""));
        page.Add(ReloadSuccess, Labels.None, config.LastReloadSuccess ? 1 : 0);
        page.Add(ReloadTime, Labels.None, config.LastReloadAt.ToUnixTimeMilliseconds() / 1000.0);
        page.Add(LegacyThreshold, Labels.None, config.Current.LegacyAfter.TotalSeconds);
        foreach (var (name, value) in config.Current.Thresholds)
        {
            page.Add(Thresholds, Labels.None, value, ("name", name));
        }

        foreach (var part in parts)
        {
            part.WriteTo(page);
        }
    }
}
