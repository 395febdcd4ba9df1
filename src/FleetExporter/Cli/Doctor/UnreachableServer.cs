using FleetExporter.Config;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Parsing;

namespace FleetExporter.Cli.Doctor;

/// <summary>A Prometheus or Alertmanager that does not answer: a failure if fleet.yml names it, a warning for the default address.</summary>
internal static class UnreachableServer
{
    private static readonly FleetConfig Defaults = FleetConfig.Default("/");

    public static Finding Of(string subject, Uri url, TargetFailureException failure)
    {
        var detail = $"{url}: {Words.Of(failure.Reason)}: {failure.Message}";
        return IsDefault(url) && failure.Reason == TargetFailure.Refused
            ? Finding.Warning(
                subject, detail, $"Start it (make up), or give its address: {subject}: {{ url: … }}. Without it there are no history and alerts.")
            : Finding.Failed(subject, detail, Fixes.Of(failure.Reason));
    }

    private static bool IsDefault(Uri url) => url == Defaults.Prometheus.Url || url == Defaults.Alertmanager.Url;
}
