using System.CommandLine;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Cli.Common;

/// <summary>The option <c>--config</c> of all commands.</summary>
internal static class ConfigOption
{
    public const string DefaultFile = "fleet.yml";

    /// <summary>The file of the Debian package.</summary>
    private const string SystemFile = "/etc/fleet-exporter/fleet.yml";

    public static readonly Option<FileInfo?> Option = new("--config", "-c")
    {
        Description = $"Configuration file. Default: fleet.yml in the working directory, else {SystemFile}; without either, the exporter watches "
            + "this machine.",
        HelpName = DefaultFile,
        Recursive = true,
    };

    /// <summary>The path as given, or the first default file that exists; null for no file.</summary>
    public static string? PathOf(ParseResult parsed) =>
        parsed.GetValue(Option)?.ToString() ?? new[] { DefaultFile, SystemFile }.FirstOrDefault(File.Exists);

    public static ConfigResult Load(ParseResult parsed) => ConfigFile.Load(PathOf(parsed), TargetCatalog.Kinds, Environment.GetEnvironmentVariable);
}
