using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Configuration keys of Prometheus and Alertmanager.</summary>
internal static class ServerKeys
{
    public static readonly KeyTable<ServerConfig> Prometheus = Table("${PROMETHEUS_URL:-http://127.0.0.1:9090}");

    public static readonly KeyTable<ServerConfig> Alertmanager = Table("${ALERTMANAGER_URL:-http://127.0.0.1:9093}");

    /// <summary>Sets the default URLs, which may contain environment variables like values of the file.</summary>
    public static FleetConfig FromEnvironment(FleetConfig config, Field root) => config with
    {
        Prometheus = Default(Prometheus, config.Prometheus, "prometheus.url", root),
        Alertmanager = Default(Alertmanager, config.Alertmanager, "alertmanager.url", root),
    };

    private static KeyTable<ServerConfig> Table(string url) => new(
        Key.Of("url", Kinds.Url("http", "https"), url, (ServerConfig server, Uri value) => server with { Url = value }),
        Key.Of("token_file", Kinds.Path, "", (ServerConfig server, string path) => server with { TokenFile = path }));

    private static ServerConfig Default(KeyTable<ServerConfig> keys, ServerConfig server, string name, Field root)
    {
        var url = keys.Keys[0];
        return url.Apply(server, root.Child(name, new YamlScalar(new Position(1, 1), url.Default, isPlain: true)));
    }
}
