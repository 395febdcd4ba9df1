using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>State of one load of fleet.yml: the environment, the base folder of relative paths and the errors so far.</summary>
internal sealed class Binder(string file, string folder, Func<string, string?> env)
{
    private readonly List<ConfigError> _errors = [];

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Absolute.</summary>
    public string Folder { get; } = folder;

    public Func<string, string?> Env { get; } = env;

    /// <summary>In file order. An error in an anchored value is listed once, regardless of its aliases.</summary>
    public IReadOnlyList<ConfigError> Errors => [.. _errors.Distinct().OrderBy(error => error.Line).ThenBy(error => error.Column)];

    /// <summary>Registers the name of a host, target or device.</summary>
    /// <param name="owner">The entry with this name: "host on line 3".</param>
    public bool TryAddName(string name, string kind, int line, out string owner)
    {
        var added = _names.TryAdd(name, $"{kind} on line {line}");
        owner = _names[name];
        return added;
    }

    public void Add(Position position, string message) => _errors.Add(new ConfigError(file, position.Line, position.Column, message));
}
