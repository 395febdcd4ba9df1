using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Doctor;

/// <summary>Whether Prometheus answers, scrapes this exporter, has the rules, and sends alerts; and whether its clock agrees.</summary>
/// <param name="port">Port of the exporter, as Prometheus knows it.</param>
internal sealed class PrometheusChecks(FleetConfig config, int port, TimeProvider clock)
{
    private const double MaxClockOffset = 5;

    private const double MaxWatchdogAge = 900;

    private const int MaxListed = 5;

    private static readonly string[] Others = ["scrape", "rules", "alerts", "watchdog"];

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken stop)
    {
        var server = config.Prometheus;
        try
        {
            using var client = new JsonClient(server.Url, await SecretFile.ReadAsync(server.TokenFile, stop).ConfigureAwait(false));
            var before = clock.GetUtcNow();
            var time = PrometheusAnswers.Samples(await QueryAsync(client, "time()", stop).ConfigureAwait(false));
            return
            [
                Finding.Ok("prometheus", server.Url.ToString()),
                time is [{ Value: var seconds }] ? Clock(seconds, before, clock.GetUtcNow()) : Finding.Skipped("clock", "no answer to time()"),
                await CheckAsync("scrape", () => ScrapeAsync(client, stop)).ConfigureAwait(false),
                await CheckAsync("rules", () => RulesAsync(client, stop)).ConfigureAwait(false),
                await CheckAsync("alerts", () => AlertsAsync(client, stop)).ConfigureAwait(false),
                await CheckAsync("watchdog", () => WatchdogAsync(client, stop)).ConfigureAwait(false),
            ];
        }
        catch (TargetFailureException e)
        {
            return
            [
                UnreachableServer.Of("prometheus", server.Url, e), Finding.Skipped("clock", "Prometheus does not answer"),
                .. Others.Select(subject => Finding.Skipped(subject, "Prometheus does not answer")),
            ];
        }
    }

    /// <summary>The exporter's clock must be between the answer's, within the tolerance.</summary>
    internal static Finding Clock(double prometheus, DateTimeOffset before, DateTimeOffset after)
    {
        var (from, to) = (before.ToUnixTimeMilliseconds() / 1000.0, after.ToUnixTimeMilliseconds() / 1000.0);
        var offset = prometheus < from ? from - prometheus : prometheus > to ? to - prometheus : 0;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(offset):0.0} s {(offset < 0 ? "behind" : "ahead of")} Prometheus");
        return Math.Abs(offset) <= MaxClockOffset
            ? Finding.Ok("clock", detail)
            : Finding.Failed("clock", detail, "Synchronise both clocks (timedatectl set-ntp true): ages and alerts are computed from them.");
    }

    private async Task<Finding> ScrapeAsync(JsonClient client, CancellationToken stop)
    {
        var found = PrometheusAnswers.Samples(await QueryAsync(client, "fleet_build_info", stop).ConfigureAwait(false));
        var instances = found.Select(s => s.Labels.GetValueOrDefault("instance") ?? "").Distinct(StringComparer.Ordinal).ToList();
        if (instances.Find(i => i.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal)) is { } ours)
        {
            return Finding.Ok("scrape", $"Prometheus scrapes {ours}");
        }

        if (instances.Count > 0)
        {
            return Finding.Warning(
                "scrape", $"Prometheus scrapes exporters, none on port {port}: {string.Join(", ", instances.Take(MaxListed))}",
                "If none of them is this exporter, add it to scrape_configs.");
        }

        var down = PrometheusAnswers.Samples(await QueryAsync(client, "up == 0", stop).ConfigureAwait(false))
            .Select(s => s.Labels.GetValueOrDefault("instance") ?? "").Take(MaxListed).ToList();
        return Finding.Failed(
            "scrape", down.Count == 0 ? "Prometheus has no metrics of an exporter"
                : $"Prometheus has no metrics of an exporter; targets that it cannot scrape: {string.Join(", ", down)}",
            "Add the exporter to scrape_configs (README, Scrape it with Prometheus), start it, and see Prometheus' page Targets.");
    }

    private static async Task<Finding> RulesAsync(JsonClient client, CancellationToken stop)
    {
        var groups = PrometheusAnswers.RuleGroups(await client.TextAsync("/api/v1/rules", stop).ConfigureAwait(false))
            .Where(g => g.Name.StartsWith("fleet.", StringComparison.Ordinal)).ToList();
        return groups.Count == 0
            ? Finding.Warning(
                "rules", "Prometheus has none of the groups fleet.*", "Add prometheus/rules/*.yml to rule_files, and reload Prometheus.")
            : groups.Find(g => g.Error is not null) is { } broken
            ? Finding.Failed("rules", $"{broken.Name}: {broken.Error}", "See Prometheus' page Rules.")
            : Finding.Ok("rules", $"{groups.Count} groups: {string.Join(", ", groups.Select(g => g.Name).Order(StringComparer.Ordinal))}");
    }

    private static async Task<Finding> AlertsAsync(JsonClient client, CancellationToken stop)
    {
        var count = PrometheusAnswers.Alertmanagers(await client.TextAsync("/api/v1/alertmanagers", stop).ConfigureAwait(false));
        return count > 0
            ? Finding.Ok("alerts", $"Prometheus sends alerts to {count} Alertmanager{(count == 1 ? "" : "s")}")
            : Finding.Warning(
                "alerts", "Prometheus sends alerts to no Alertmanager", "Add Alertmanager to alerting.alertmanagers in prometheus.yml.");
    }

    private static async Task<Finding> WatchdogAsync(JsonClient client, CancellationToken stop)
    {
        const string Query = "time() - max(fleet_watchdog_last_seen_timestamp_seconds)";
        var age = PrometheusAnswers.Samples(await QueryAsync(client, Query, stop).ConfigureAwait(false));
        return age is [{ Value: var seconds }]
            ? Age(string.Create(CultureInfo.InvariantCulture, $"Alertmanager last notified the exporter {seconds:0} s ago"), seconds)
            : Finding.Warning(
                "watchdog", "Alertmanager has not notified the exporter of the alert Watchdog",
                "Route Watchdog to the exporter's /hooks/watchdog (docs/alerting.md); without it, nobody notices that notifications fail.");

        static Finding Age(string detail, double seconds) => seconds <= MaxWatchdogAge
            ? Finding.Ok("watchdog", detail)
            : Finding.Warning("watchdog", detail, "See Alertmanager's log for failed notifications.");
    }

    private static async Task<Finding> CheckAsync(string subject, Func<Task<Finding>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (TargetFailureException e)
        {
            return Finding.Failed(subject, $"Prometheus: {Words.Of(e.Reason)}: {e.Message}", "See Prometheus' log.");
        }
    }

    private static Task<string> QueryAsync(JsonClient client, string query, CancellationToken stop) =>
        client.TextAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", stop);
}
