using FleetExporter.Metrics;

namespace FleetExporter.Targets.Providers;

/// <summary>The metric families of <see cref="ProviderCollector"/>.</summary>
internal static class ProviderFamilies
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_provider_up", "1 while the provider answers without reporting an error; a provider that is loading its model is up.",
        "host", "provider");

    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_provider_state", "1 for the state of the provider: ok, loading or error; error also when the last poll failed.",
        "host", "provider", "state");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_provider_failure", "1 for the reason why the last poll of the provider failed; all 0 after a success.", "host", "provider", "reason");

    public static readonly MetricFamily ConsecutiveFailures = MetricFamily.Gauge(
        "fleet_provider_consecutive_failures", "Failed polls of the provider since the last successful one.", "host", "provider");

    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_provider_info", "1, with the kind of server and its version; version is empty if not reported.",
        "host", "provider", "kind", "version");

    public static readonly MetricFamily ModelInfo = MetricFamily.Gauge(
        "fleet_provider_model_info", "1 for each model that the provider lists on /v1/models, loaded or not.", "host", "provider", "model");

    public static readonly MetricFamily Duration = MetricFamily.Gauge(
        "fleet_provider_probe_duration_seconds",
        "Duration of the request that determines the state (/health, or /v1/models without one) in the last successful poll.", "host", "provider");

    public static readonly MetricFamily CertificateExpiry = MetricFamily.Gauge(
        "fleet_provider_certificate_expiry_timestamp_seconds", "When the provider's TLS certificate expires; absent without TLS.",
        "host", "provider");

    /// <summary>In the order of the catalogue.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Up, State, Failure, ConsecutiveFailures, Info, ModelInfo, Duration, CertificateExpiry,
    ];
}
