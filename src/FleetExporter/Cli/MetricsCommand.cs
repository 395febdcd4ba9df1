using System.CommandLine;
using System.Text;
using System.Text.Json;
using FleetExporter.Api;
using FleetExporter.Cli.Common;
using Spectre.Console;

namespace FleetExporter.Cli;

/// <summary>Prints the catalogue: every family that the exporter can publish.</summary>
internal static class MetricsCommand
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Option<string> FormatOption = new Option<string>("--format")
    {
        Description = "table, json or markdown.",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json", "markdown");

    public static Command Create()
    {
        var metrics = new Command("metrics", "Print the metrics that the exporter can publish.") { FormatOption };
        metrics.SetAction(parsed => Run(parsed.GetValue(FormatOption)!, Console.Out));
        return metrics;
    }

    public static int Run(string format, TextWriter output)
    {
        switch (format)
        {
            case "json":
                output.WriteLine(Json());
                break;
            case "markdown":
                output.Write(Markdown());
                break;
            default:
                var table = new Table().Border(TableBorder.Simple).AddColumns("name", "type", "labels", "help");
                foreach (var family in ExporterPage.Families)
                {
                    table.AddRow(family.Name, family.TypeName, string.Join(' ', family.Labels), Markup.Escape(family.Help));
                }

                Screen.On(output).Write(table);
                break;
        }

        return 0;
    }

    internal static string Markdown()
    {
        var text = new StringBuilder("""
            # Metrics

            Written by `fleet-exporter metrics --format markdown`; do not edit.

            A value that a host does not report has no sample; it is never 0. A collector that answered with a failure loses its samples with the
            next page, one that is silent after `stale_after_polls`; `fleet_collector_success` is 0 at once in both cases. Ages are computed in
            PromQL from `_timestamp_seconds`, except the two ages of tmux sessions, which are measured by the host's clock. A family has at most
            256 series per host; what is left out is counted in `fleet_series_dropped_total`.

            | Family | Type | Labels | Unit | What it is, and its source |
            |---|---|---|---|---|

            """);
        foreach (var family in ExporterPage.Families)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{family.Name}` | {family.TypeName} | "
                + $"{string.Join(", ", family.Labels)} | {family.Unit} | {family.Help.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return text.ToString();
    }

    private static string Json() => JsonSerializer.Serialize(
        new
        {
            families = ExporterPage.Families.Select(f => new { name = f.Name, type = f.TypeName, help = f.Help, unit = f.Unit, labels = f.Labels }),
        },
        Indented);
}
