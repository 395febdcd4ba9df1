namespace FleetExporter.Config.Binding;

/// <summary>The keys of the Prometheus that is asked for history.</summary>
internal static class PrometheusKeys
{
    private static readonly Uri Nowhere = new("http://localhost/");

    public static readonly KeyTable<PrometheusConfig> One = new(
        Key.Of("url", Kinds.Url("http", "https"), "", (PrometheusConfig prometheus, Uri url) => prometheus with { Url = url }) with { IsRequired = true },
        Key.Of("token_file", Kinds.Path, "", (PrometheusConfig prometheus, string path) => prometheus with { TokenFile = path }));

    public static Key<FleetConfig> Section { get; } = Key.Of(
        "prometheus", One, (FleetConfig fleet) => fleet.Prometheus ?? new PrometheusConfig { Url = Nowhere }, (fleet, prometheus) => fleet with { Prometheus = prometheus });
}
