using System.Text.Json;
using FleetExporter.Cli.Common;
using Spectre.Console;

namespace FleetExporter.Cli.Doctor;

/// <summary>Prints findings.</summary>
internal static class FindingReport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void WriteJson(IReadOnlyList<Finding> findings, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        findings.Select(f => new { status = Words.Of(f.Status), f.Subject, f.Detail, f.Fix }), Indented));

    /// <summary>A table, then the fixes on lines that are never wrapped, so that commands can be copied.</summary>
    public static void WriteTable(IReadOnlyList<Finding> findings, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("subject", "status", "detail");
        foreach (var finding in findings)
        {
            var colour = finding.Status switch
            {
                FindingStatus.Ok => "green",
                FindingStatus.Warning => "yellow",
                FindingStatus.Failed => "red",
                _ => "grey",
            };
            table.AddRow(Markup.Escape(finding.Subject), $"[{colour}]{Words.Of(finding.Status)}[/]", Markup.Escape(finding.Detail));
        }

        Screen.On(output).Write(table);
        foreach (var finding in findings.Where(f => f.Fix is not null))
        {
            output.WriteLine($"{Words.Of(finding.Status)}: {finding.Subject}: {finding.Detail}");
            output.WriteLine($"  {finding.Fix}");
            output.WriteLine();
        }

        output.WriteLine(string.Join(", ", findings.CountBy(f => f.Status).OrderBy(c => c.Key).Select(c => $"{c.Value} {Words.Of(c.Key)}")));
    }
}
