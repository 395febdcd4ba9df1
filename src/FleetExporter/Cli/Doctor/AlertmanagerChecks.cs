using FleetExporter.Alerting;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Doctor;

/// <summary>Whether Alertmanager answers and has received the alert that always fires.</summary>
internal static class AlertmanagerChecks
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(ServerConfig server, CancellationToken stop)
    {
        const string Received = "received alerts";
        IReadOnlyList<FiringAlert> alerts;
        try
        {
            using var client = new JsonClient(server.Url, await SecretFile.ReadAsync(server.TokenFile, stop).ConfigureAwait(false));
            alerts = AlertmanagerResponses.Alerts(await client.TextAsync("/api/v2/alerts", stop).ConfigureAwait(false));
        }
        catch (TargetFailureException e)
        {
            return [UnreachableServer.Of("alertmanager", server.Url, e), Finding.Skipped(Received, "Alertmanager does not answer")];
        }

        return
        [
            Finding.Ok("alertmanager", server.Url.ToString()),
            alerts.Any(a => a.Labels.GetValueOrDefault("alertname") == Watchdog.Alert)
                ? Finding.Ok(Received, $"{alerts.Count} from Prometheus, {Watchdog.Alert} among them")
                : Finding.Warning(
                    Received, $"{alerts.Count}, without {Watchdog.Alert}, which always fires",
                    "Let Prometheus load prometheus/rules and send its alerts to this Alertmanager."),
        ];
    }
}
