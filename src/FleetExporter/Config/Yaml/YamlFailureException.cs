namespace FleetExporter.Config.Yaml;

/// <summary>Invalid YAML, or a YAML feature that fleet.yml does not support.</summary>
internal sealed class YamlFailureException(Position position, string message) : FormatException(message)
{
    public Position Position { get; } = position;
}
