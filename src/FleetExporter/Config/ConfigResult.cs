using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config;

/// <summary>What loading came to: a configuration, or every mistake found.</summary>
internal sealed record ConfigResult
{
    private ConfigResult()
    {
    }

    [MemberNotNullWhen(true, nameof(Config))]
    public bool Success => Config is not null;

    /// <summary>Null exactly when there are errors.</summary>
    public FleetConfig? Config { get; private init; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ConfigError> Errors { get; private init; } = [];

    /// <summary>What was accepted but has no effect yet, or is better known.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    public static ConfigResult Loaded(FleetConfig config, params IReadOnlyList<string> warnings) => new() { Config = config, Warnings = warnings };

    public static ConfigResult Failed(params IReadOnlyList<ConfigError> errors) => new() { Errors = errors };

    /// <summary>The same with the configuration changed, as the command line does; errors stay as they are.</summary>
    public ConfigResult With(Func<FleetConfig, FleetConfig> change) => Success ? this with { Config = change(Config) } : this;
}
