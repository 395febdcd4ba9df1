using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

/// <summary>A parser's outcome as text: one line per record without nulls, or the failure. The serialiser rejects NaN and infinities.</summary>
public static class GpuOutcome
{
    private static readonly JsonSerializerOptions Compact = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string OfQuery(string text, IReadOnlyList<string> fields) => Of(() =>
    {
        var query = GpuQuery.Parse(text, fields);
        return
        [
            .. Lines("gpu", query.Gpus), .. Lines("lost", query.Lost), .. Lines("fault", query.UnparsedLines), .. Lines("warning", query.Warnings),
        ];
    });

    public static string OfProcesses(string text, IReadOnlyList<string> fields) => Of(() =>
    {
        var answer = GpuProcesses.Parse(text, fields);
        return [$"processes {answer.Processes.Count}", .. Lines("process", answer.Processes), .. Lines("fault", answer.UnparsedLines)];
    });

    public static string OfDetails(string text) => Of(() =>
    {
        var details = GpuDetails.Parse(text);
        return [$"driver {details.DriverVersion} cuda {details.CudaVersion}", .. Lines("gpu", details.Gpus)];
    });

    public static string OfHelp(string text) => Of(() => Lines("field", GpuFields.Parse(text).Order(StringComparer.Ordinal)));

    public static string OfKernelLog(string text) => Of(() => Lines("xid", KernelLog.ParseXids(text)));

    private static string Of(Func<IEnumerable<string>> parse)
    {
        try
        {
            return string.Concat(parse().Select(line => line + "\n"));
        }
        catch (FormatException failure)
        {
            return $"{(failure as ToolFailureException)?.Reason.ToString() ?? nameof(FormatException)}: {failure.Message}\n";
        }
    }

    private static IEnumerable<string> Lines<T>(string kind, IEnumerable<T> records) =>
        records.Select(record => $"{kind} {JsonSerializer.Serialize(record, Compact)}");
}
