using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>Servers of language models: whether they serve, which models, and of llama.cpp how busy it is.</summary>
public sealed class ProviderCollector() : TargetCollector(
    "provider", [Up, State, Failure, ConsecutiveFailures, Info, ModelInfo, Duration, CertificateExpiry, .. LlamaCppFamilies.All])
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_provider_up", "1 while the provider answers and does not say that it fails; a provider that loads its model is up.",
        "host", "provider");

    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_provider_state", "1 for the state of the provider: ok, loading or error; error also while it does not answer.",
        "host", "provider", "state");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_provider_failure", "1 for the reason why the last poll of the provider failed; all 0 after a good one.", "host", "provider", "reason");

    public static readonly MetricFamily ConsecutiveFailures = MetricFamily.Gauge(
        "fleet_provider_consecutive_failures", "Polls of the provider that failed since the last good one.", "host", "provider");

    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_provider_info", "1, with the kind of server and its version; the version is empty where it does not say.",
        "host", "provider", "kind", "version");

    public static readonly MetricFamily ModelInfo = MetricFamily.Gauge(
        "fleet_provider_model_info", "1 for each model that the provider lists on /v1/models, loaded or not.", "host", "provider", "model");

    public static readonly MetricFamily Duration = MetricFamily.Gauge(
        "fleet_provider_probe_duration_seconds",
        "Time of the request that told the state in the last good poll: of /health, or of /v1/models where there is none.", "host", "provider");

    public static readonly MetricFamily CertificateExpiry = MetricFamily.Gauge(
        "fleet_provider_certificate_expiry_timestamp_seconds", "When the certificate that the provider showed runs out; absent without TLS.",
        "host", "provider");

    public override IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Providers;

    public override ITargetSession Open(TargetConfig target, TargetTools tools) => new ProviderSession((ProviderConfig)target, tools);

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (verdict.Attempted)
        {
            page.Add(Up, target, verdict.Up ? 1 : 0);
            page.Add(ConsecutiveFailures, target, verdict.ConsecutiveFailures);
            TargetWords.AddReason(page, Failure, target, verdict.Failure);
            TargetWords.AddState(page, State, target, (verdict.Reading as ProviderReading)?.State ?? ServingState.Error, verdict.Failure);
        }
    }
}

/// <param name="State">Ok or loading: a provider that fails has no reading.</param>
/// <param name="Kind">As in fleet.yml: <c>llama_cpp</c>.</param>
/// <param name="BaseUrl">As in fleet.yml.</param>
/// <param name="Models">In the order of its list; empty while it loads and does not say.</param>
/// <param name="Latency">Time of the request that told the state.</param>
/// <param name="LlamaCpp">Null for other kinds.</param>
/// <param name="Unit">The unit that runs it, as its host last said; null without one, and while unknown.</param>
public sealed record ProviderReading(
    ServingState State,
    string Kind,
    Uri BaseUrl,
    IReadOnlyList<ServedModel> Models,
    TimeSpan Latency,
    LlamaCppDetails? LlamaCpp,
    DateTimeOffset? CertificateExpires,
    SystemdUnit? Unit) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(ProviderCollector.Info, target, 1, ("kind", Kind), ("version", LlamaCpp?.Props?.Build ?? ""));
        page.Add(ProviderCollector.Duration, target, Latency.TotalSeconds);
        page.Add(ProviderCollector.CertificateExpiry, target, CertificateExpires?.ToUnixTimeSeconds());
        foreach (var model in Models)
        {
            page.Add(ProviderCollector.ModelInfo, target, 1, ("model", model.Id));
        }

        LlamaCpp?.WriteTo(page, target, State, Models);
    }

    public override IEnumerable<(string Name, string Seen)> Findings() =>
    [
        ("state", Words.Of(State)),
        .. Finding("version", LlamaCpp?.Props?.Build),
        ("models", Models.Count == 0
            ? "none"
            : string.Join(", ", Models.Take(5).Select(m => m.Id)) + (Models.Count > 5 ? $" and {Models.Count - 5} more" : "")),
        .. LlamaCpp?.Findings() ?? [],
        .. Finding("certificate", CertificateExpires is { } end ? $"until {end.UtcDateTime:yyyy-MM-dd}" : null),
    ];
}
