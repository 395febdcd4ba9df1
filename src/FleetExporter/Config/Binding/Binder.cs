using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>One load of the file: its environment, the folder relative paths start from, and the mistakes found so far.</summary>
internal sealed class Binder(string file, string folder, Func<string, string?> env)
{
    private readonly List<ConfigError> _errors = [];

    /// <summary>Absolute.</summary>
    public string Folder { get; } = folder;

    public Func<string, string?> Env { get; } = env;

    /// <summary>In the order of the file. A mistake in an anchored value is there once, however many aliases name it.</summary>
    public IReadOnlyList<ConfigError> Errors => [.. _errors.Distinct().OrderBy(error => error.Line).ThenBy(error => error.Column)];

    public void Add(Position position, string message) => _errors.Add(new ConfigError(file, position.Line, position.Column, message));
}
