using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Targets.Services;

/// <summary>AI services: one GET of the health that the service reports.</summary>
internal sealed class ServiceCollector() : TargetCollector(
    ServiceConfig.TargetKind, Up, State, Failure, ConsecutiveFailures, Info, Duration, CertificateExpiry)
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_service_up", "1 while the service answers without reporting an error; a service that is loading its model is up.", "host", "service");

    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_service_state", "1 for the state that the service reports: ok, loading or error; error also when the last poll failed.",
        "host", "service", "state");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_service_failure", "1 for the reason why the last poll of the service failed; all 0 after a success.", "host", "service", "reason");

    public static readonly MetricFamily ConsecutiveFailures = MetricFamily.Gauge(
        "fleet_service_consecutive_failures", "Failed polls of the service since the last successful one.", "host", "service");

    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_service_info", "1, with the model that the service serves and the name it reports; empty if not reported.",
        "host", "service", "model", "name");

    public static readonly MetricFamily Duration = MetricFamily.Gauge(
        "fleet_service_probe_duration_seconds",
        "Duration of the last successful poll by phase: resolve, connect, tls, first_byte, transfer; absent if the phase did not occur.",
        "host", "service", "phase");

    public static readonly MetricFamily CertificateExpiry = MetricFamily.Gauge(
        "fleet_service_certificate_expiry_timestamp_seconds", "When the service's TLS certificate expires; absent without TLS.",
        "host", "service");

    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new ServicePoller((ServiceConfig)target);

    public override IEnumerable<TargetConfig> Simulate(SimulatedNetwork network)
    {
        foreach (var service in SimulatedService.All)
        {
            var path = $"/services/{service.Name}/health";
            network.Routes.MapGet(path, () => service.Answer(network.Clock.GetUtcNow()));
            yield return new ServiceConfig { Name = service.Name, Url = network.UrlOf(path) };
        }
    }

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (verdict.Attempted)
        {
            page.Add(Up, target, verdict.Up ? 1 : 0);
            page.Add(ConsecutiveFailures, target, verdict.ConsecutiveFailures);
            TargetStates.AddReason(page, Failure, target, verdict.Failure);
            TargetStates.AddState(page, State, target, (verdict.Reading as ServiceReading)?.Health.State ?? ServingState.Error, verdict.Failure);
        }
    }
}

internal sealed class ServicePoller(ServiceConfig service) : ITargetPoller
{
    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpPoll(refusesLinkLocal: service.RefusesLinkLocal);
        var answer = await http.GetAsync(service.Url, HttpPoll.DefaultLimit, cancellationToken).ConfigureAwait(false);
        return new ServiceReading(ServiceHealth.Parse(answer.Status, answer.Body), service.Url.Port, answer.Times, http.CertificateExpires);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <param name="Port">Of the health URL.</param>
/// <param name="CertificateExpires">Null without TLS.</param>
internal sealed record ServiceReading(ServiceHealth Health, int Port, HttpTimes Times, DateTimeOffset? CertificateExpires) : TargetReading
{
    public override string Condition => Words.Of(Health.State);

    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(ServiceCollector.Info, target, 1, ("model", Health.Model ?? ""), ("name", Health.Service ?? ""));
        page.Add(ServiceCollector.CertificateExpiry, target, CertificateExpires?.ToUnixTimeSeconds());
        foreach (var (phase, time) in Times.Phases)
        {
            page.Add(ServiceCollector.Duration, target, time?.TotalSeconds, ("phase", phase));
        }
    }

    public override IEnumerable<(string Name, string Value)> Findings() =>
    [
        ("state", Words.Of(Health.State)),
        .. Finding("model", Health.Model),
        .. Finding("service", Health.Service),
        .. Finding("certificate", CertificateExpires is { } end ? $"until {end.UtcDateTime:yyyy-MM-dd}" : null),
    ];
}
