using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>Writable fields of a project.</summary>
internal static partial class ProjectBody
{
    private const int MaxConfig = 64 * 1024;
    private const int MaxDescription = 10_000;
    private const int MaxPath = 4096;

    private static readonly IReadOnlyList<BodyField<Project>> Fields =
    [
        BodyField.Text(
            "name", "1 to 100 characters without / or control characters, no blanks at the ends, not in the format of an id",
            IsName, (Project p, string name) => p with { Name = name }) with { IsRequired = true },
        BodyField.Text(
            "description", $"at most {MaxDescription} characters", text => text.Length <= MaxDescription,
            (Project p, string text) => p with { Description = text }),
        BodyField.Choice("project_type", (Project p, ProjectType type) => p with { ProjectType = type }),
        BodyField.Text(
            "remote_path", $"an absolute path of at most {MaxPath} bytes without control characters",
            text => text.StartsWith('/') && Encoding.UTF8.GetByteCount(text) <= MaxPath && !text.Any(char.IsControl),
            (Project p, string path) => p with { RemotePath = path }).OrNull(p => p with { RemotePath = null }),
        BodyField.Text(
            "status", "1 to 32 of a-z, 0-9, _, -, beginning with a letter", text => StatusPattern().IsMatch(text),
            (Project p, string status) => p with { Status = status }),
        BodyField.Object("config", MaxConfig, (Project p, System.Text.Json.Nodes.JsonObject config) => p with { Config = config }),
    ];

    /// <summary>The connection can only be set on creation.</summary>
    public static BodyTable<Project> New { get; } = new(["id", "created_at", "updated_at", "jobs"], [
        .. Fields,
        BodyField.Text(
            "connection_id", "the id or the name of a connection",
            text => text.Length is > 0 and <= 100 && !text.Any(char.IsControl),
            (Project p, string id) => p with { ConnectionId = id }) with { IsRequired = true },
    ]);

    public static BodyTable<Project> Change { get; } = new(["id", "created_at", "updated_at", "jobs"], Fields);

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 100 && text.Trim() == text && text is not ("." or "..") && !text.Any(c => c == '/' || char.IsControl(c))
            && !Ids.LooksLikeId(text);

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StatusPattern();
}
