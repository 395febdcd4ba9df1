using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config;

/// <summary>Result of a load: a configuration, or all errors.</summary>
internal sealed record ConfigResult
{
    private ConfigResult()
    {
    }

    [MemberNotNullWhen(true, nameof(Config))]
    public bool Success => Config is not null;

    /// <summary>Null exactly when there are errors.</summary>
    public FleetConfig? Config { get; private init; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<ConfigError> Errors { get; private init; } = [];

    /// <summary>Accepted settings that have no effect yet or are risky.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    public static ConfigResult Loaded(FleetConfig config, params IReadOnlyList<string> warnings) => new() { Config = config, Warnings = warnings };

    public static ConfigResult Failed(params IReadOnlyList<ConfigError> errors) => new() { Errors = errors };

    /// <summary>Applies a change, such as a command-line option, to a loaded configuration; keeps errors.</summary>
    public ConfigResult With(Func<FleetConfig, FleetConfig> change) => Success ? this with { Config = change(Config) } : this;
}
