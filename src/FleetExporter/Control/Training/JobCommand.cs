using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.Control.Training;

/// <summary>What a job runs, from its config.</summary>
/// <param name="Text">For <c>sh -c</c>, byte for byte.</param>
/// <param name="Gpus">Value of CUDA_VISIBLE_DEVICES, <c>0,1</c>; null leaves it unchanged, empty hides all GPUs.</param>
internal sealed record JobCommand(string Text, string? Gpus)
{
    /// <summary>UTF-8 bytes. tmux limits one client message to 16 KiB.</summary>
    public const int MaxLength = 8 * 1024;

    private const int MaxGpus = 64;

    /// <returns>The command, or validation errors by config key.</returns>
    public static (JobCommand? Command, Dictionary<string, string[]> Errors) Read(JsonObject config)
    {
        var errors = new Dictionary<string, string[]>();
        if (config["command"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String || !IsCommand(value.GetValue<string>()))
        {
            errors["config.command"] = [$"command is required: 1 to {MaxLength} bytes, no NUL."];
        }

        string? gpus = null;
        if (config.TryGetPropertyValue("gpus", out var list) && list is not null && (gpus = Join(list)) is null)
        {
            errors["config.gpus"] = [$"Must be a list of at most {MaxGpus} different GPU indexes from 0 to 255."];
        }

        return (errors.Count == 0 ? new JobCommand(config["command"]!.GetValue<string>(), gpus) : null, errors);
    }

    private static bool IsCommand(string text) =>
        text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(text) <= MaxLength;

    private static string? Join(JsonNode list)
    {
        if (list is not JsonArray { Count: <= MaxGpus } items)
        {
            return null;
        }

        var indexes = items.Select(i =>
            i is JsonValue v && v.GetValueKind() == JsonValueKind.Number && v.TryGetValue<int>(out var n) && n is >= 0 and <= 255 ? n : -1).ToList();
        return indexes.Contains(-1) || indexes.Distinct().Count() < indexes.Count
            ? null
            : string.Join(',', indexes.Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }
}
