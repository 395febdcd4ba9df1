using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>The keys of the Alertmanager.</summary>
internal static class AlertingKeys
{
    public static readonly KeyTable<AlertmanagerConfig> Alertmanager = new(
        Key.Of("url", Kinds.Url("http", "https"), "${ALERTMANAGER_URL:-http://127.0.0.1:9093}", (AlertmanagerConfig alertmanager, Uri url) => alertmanager with { Url = url }),
        Key.Of("token_file", Kinds.Path, "", (AlertmanagerConfig alertmanager, string path) => alertmanager with { TokenFile = path }));

    /// <summary>The default is written as a value of the file would be, with the environment in it.</summary>
    public static FleetConfig FromEnvironment(FleetConfig config, Field root)
    {
        var url = Alertmanager.Keys[0];
        var written = root.Child("alertmanager.url", new YamlScalar(new Position(1, 1), url.Default, isPlain: true));
        return config with { Alertmanager = url.Apply(config.Alertmanager, written) };
    }
}
