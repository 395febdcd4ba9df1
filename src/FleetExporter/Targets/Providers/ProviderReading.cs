using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Targets.Providers;

/// <param name="State">Ok or loading; a failed provider has no reading.</param>
/// <param name="Kind">As in fleet.yml: <c>llama_cpp</c>.</param>
/// <param name="BaseUrl">As in fleet.yml.</param>
/// <param name="Models">In the order of its list; empty while loading, if not reported.</param>
/// <param name="Latency">Duration of the request that determined the state.</param>
/// <param name="LlamaCpp">Null for other kinds.</param>
/// <param name="Unit">The last known state of its systemd unit; null without one and while unknown.</param>
internal sealed record ProviderReading(
    ServingState State,
    string Kind,
    Uri BaseUrl,
    IReadOnlyList<ServedModel> Models,
    TimeSpan Latency,
    LlamaCppDetails? LlamaCpp,
    DateTimeOffset? CertificateExpires,
    SystemdUnit? Unit) : TargetReading
{
    /// <summary>Phases of the request that determined the state.</summary>
    public HttpTimes? Times { get; init; }

    public override string Condition => $"{Words.Of(State)} {Unit?.IsActive}";

    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(ProviderFamilies.Info, target, 1, ("kind", Kind), ("version", LlamaCpp?.Props?.Build ?? ""));
        page.Add(ProviderFamilies.Duration, target, Latency.TotalSeconds);
        page.Add(ProviderFamilies.CertificateExpiry, target, CertificateExpires?.ToUnixTimeSeconds());
        foreach (var model in Models)
        {
            page.Add(ProviderFamilies.ModelInfo, target, 1, ("model", model.Id));
        }

        LlamaCpp?.WriteTo(page, target, State, Models);
    }

    public override IEnumerable<(string Name, string Value)> Findings() =>
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
