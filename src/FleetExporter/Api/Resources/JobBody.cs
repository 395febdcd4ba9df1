using System.Text;
using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>Writable fields of a job.</summary>
internal static class JobBody
{
    /// <summary>In characters.</summary>
    private const int MaxConfig = 64 * 1024;

    private const int MaxMetrics = 64 * 1024;

    private static readonly string[] ReadOnlyFields =
        ["id", "session", "exit_code", "reason", "metrics_at", "started_at", "completed_at", "created_at"];

    private static readonly BodyField<Job>[] WritableFields =
    [
        BodyField.Text(
            "name", "1 to 100 characters without control characters, not in the format of an id, not . or ..",
            IsName, (Job j, string name) => j with { Name = name }) with { IsRequired = true },
        BodyField.Text("model_name", "at most 200 characters in one line", IsLine, (Job j, string model) => j with { ModelName = model })
            .OrNull(j => j with { ModelName = null }),
        BodyField.Choice("status", (Job j, JobStatus status) => j with { Status = status }),
        BodyField.Object("config", MaxConfig, (Job j, JsonObject config) => j with { Config = config }),
        BodyField.Object("metrics", MaxMetrics, (Job j, JsonObject metrics) => j.WithMetrics(metrics)),
        BodyField.Text("container_id", "at most 200 characters in one line", IsLine, (Job j, string id) => j with { ContainerId = id })
            .OrNull(j => j with { ContainerId = null }),
    ];

    /// <summary>On creation.</summary>
    public static BodyTable<Job> New { get; } = new(
        ReadOnlyFields,
        [
            BodyField.Text(
                "project_id", "the id of a project, or its name", IsLine,
                (Job j, string project) => j with { ProjectId = project }) with { IsRequired = true },
            .. WritableFields
        ]);

    /// <summary>On update: missing fields are kept, <c>metrics</c> merges, the project is fixed.</summary>
    public static BodyTable<Job> Change { get; } = new([.. ReadOnlyFields, "project_id"], WritableFields);

    private static bool IsName(string text) =>
        text.Length is >= 1 and <= 100 && text.Trim().Length == text.Length && text is not ("." or "..") && IsLine(text) && !Ids.LooksLikeId(text);

    private static bool IsLine(string text) =>
        text.Length is >= 1 and <= 200 && !text.Any(char.IsControl) && text.EnumerateRunes().All(r => r != Rune.ReplacementChar);
}
