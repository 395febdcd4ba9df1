namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>
/// Panels without data in the simulated fleet, by <c>dashboard/title</c>, with the reason. A panel with data must be removed from the list.
/// </summary>
internal static class Empty
{
    private const string NoAlertmanager = "no Alertmanager is scraped", GoodNews = "nothing is wrong: that is what it shows";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["fleet-agents/Quotas"] = "the simulated gateway has no subscription",
        ["fleet-agents/Failing dependencies"] = GoodNews,
        ["fleet-alerts/Last watchdog notification"] = NoAlertmanager,
        ["fleet-alerts/Failed notifications"] = NoAlertmanager,
        ["fleet-exporter/Pushed samples"] = "no device pushes",
        ["fleet-gpu/MIG slices"] = "no simulated GPU is cut into slices",
        ["fleet-gpu/Recovery actions"] = GoodNews,
        ["fleet-gpu/Retired pages"] = "no simulated GPU is older than Ampere",
        ["fleet-services/Certificates"] = "simulated services speak plain HTTP",
        ["fleet-services/Model servers"] = GoodNews,
    };

    /// <summary>Panels that have data only at times.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sometimes = new Dictionary<string, string>
    {
        ["fleet-exporter/Failing collectors"] = "what fails has never succeeded, but for a service that fails for one minute in five",
        ["fleet-gpu/Throttle reasons"] = "a simulated GPU is held back at full load only",
        ["fleet-services/AI services"] = "a simulated service fails for one minute in five",
    };
}
