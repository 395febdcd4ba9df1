namespace FleetExporter.Config.Yaml;

/// <summary>The text is not YAML, or uses more of it than fleet.yml needs.</summary>
internal sealed class YamlFailureException(Position position, string message) : FormatException(message)
{
    public Position Position { get; } = position;
}
