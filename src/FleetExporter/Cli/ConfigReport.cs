using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>Mistakes and warnings of a configuration, one a line.</summary>
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
                ? "fleet-exporter: 1 mistake in the configuration"
                : $"fleet-exporter: {result.Errors.Count} mistakes in the configuration");
        }
    }
}
