using FleetExporter.Config;

namespace FleetExporter.Cli.Common;

/// <summary>Prints errors and warnings of a configuration, one per line.</summary>
internal static class ConfigReport
{
    public static void Write(ConfigResult result, TextWriter error)
    {
        foreach (var mistake in result.Errors)
        {
            error.WriteLine(mistake);
        }

        foreach (var warning in result.Warnings)
        {
            error.WriteLine($"warning: {warning}");
        }

        if (!result.Success)
        {
            error.WriteLine(result.Errors.Count == 1
                ? "fleet-exporter: 1 error in the configuration"
                : $"fleet-exporter: {result.Errors.Count} errors in the configuration");
        }
    }
}
