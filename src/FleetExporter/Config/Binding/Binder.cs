using System.Diagnostics.CodeAnalysis;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>State of one load of fleet.yml: the environment, the base folder of relative paths and the errors so far.</summary>
internal sealed class Binder(string file, string folder, Func<string, string?> env)
{
    private readonly List<(string Field, string Message, Position Position, string Text)> _errors = [];

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Absolute.</summary>
    public string Folder { get; } = folder;

    public Func<string, string?> Env { get; } = env;

    /// <summary>Rules of a target of the API. Null for fleet.yml, which may name any file and address and expands <c>${NAME}</c>.</summary>
    public ApiRules? Api { get; init; }

    /// <summary>In file order. An error in an anchored value is listed once, regardless of its aliases.</summary>
    public IReadOnlyList<ConfigError> Errors =>
    [
        .. _errors.Select(e => new ConfigError(file, e.Position.Line, e.Position.Column, e.Text)).Distinct()
            .OrderBy(error => error.Line).ThenBy(error => error.Column),
    ];

    /// <summary>Messages without a position, by the path of their key.</summary>
    public Dictionary<string, string[]> ErrorsByField =>
        _errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Message).Distinct().ToArray());

    /// <summary>Registers the name of a host, target or device.</summary>
    /// <param name="owner">The entry with this name: "host on line 3".</param>
    public bool TryAddName(string name, string kind, int line, out string owner)
    {
        var added = _names.TryAdd(name, $"{kind} on line {line}");
        owner = _names[name];
        return added;
    }

    /// <param name="path">Of the value, or of the mapping with the key.</param>
    /// <param name="key">The key of the mapping that the error is about; null for the value itself.</param>
    public void Add(Position position, string path, string? key, string message) => _errors.Add((
        key is null ? path : path.Length == 0 ? key : $"{path}.{key}", message, position, path.Length == 0 ? message : $"{path}: {message}"));

    /// <summary>Expands environment variables, in fleet.yml only.</summary>
    public bool TryFill(string text, [NotNullWhen(true)] out string? filled, [NotNullWhen(false)] out string? error)
    {
        if (Api is null)
        {
            return EnvironmentText.TryFill(text, Env, out filled, out error);
        }

        var valid = !text.Contains("${", StringComparison.Ordinal);
        filled = valid ? text : null;
        error = valid ? null : "contains ${, which only fleet.yml expands; give the value itself";
        return valid;
    }
}

/// <summary>What a target of the API may name.</summary>
/// <param name="SecretFolders">Absolute folders of its files.</param>
/// <param name="MustExist">A file must be readable now.</param>
/// <param name="AllowsLinkLocal">Whether it may have a <see cref="ForbiddenAddress"/>.</param>
internal sealed record ApiRules(IReadOnlyList<string> SecretFolders, bool MustExist, bool AllowsLinkLocal)
{
    public static ApiRules Of(FleetConfig config, bool mustExist) => new(config.SecretFolders, mustExist, config.AllowLinkLocalTargets);

    /// <summary>Gives no reason for a rejection: callers must not learn which files exist.</summary>
    public bool AllowsFile(string path) => MustExist ? KeyFolder.Allows(path, SecretFolders) : KeyFolder.IsInside(path, SecretFolders);

    /// <returns>Predicate after the value; null for an address that is allowed, and for a name.</returns>
    public string? AddressError(string host) => AllowsLinkLocal || ForbiddenAddress.NameOf(host) is not { } name ? null
        : $"is {name}, which no target of the API may be; give another address, or set allow_link_local_targets: true in fleet.yml";
}
