using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FleetExporter.Parsing;
using FleetExporter.Store;

namespace FleetExporter.Api.Dgx;

/// <param name="Config">The operator's own.</param>
/// <param name="Jobs">With one project only: the first 500 of its jobs, in the order in which they were made.</param>
internal sealed record ProjectView(
    string Id, string ConnectionId, string Name, string Description, string ProjectType, string? RemotePath, string Status, JsonObject Config,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProjectJobView>? Jobs = null)
{
    public static ProjectView Of(Project p) => new(
        p.Id, p.ConnectionId, p.Name, p.Description, Words.Of(p.ProjectType), p.RemotePath, p.Status, p.Config, p.CreatedAt, p.UpdatedAt);
}

/// <summary>A job as its project shows it.</summary>
internal sealed record ProjectJobView(
    string Id, string ProjectId, string Name, string? ModelName, string Status, JsonObject Config, JsonObject Metrics, string? ContainerId,
    DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, DateTimeOffset CreatedAt)
{
    public static ProjectJobView Of(Job j) => new(
        j.Id, j.ProjectId, j.Name, j.ModelName, Words.Of(j.Status), j.Config, j.Metrics, j.ContainerId, j.StartedAt, j.CompletedAt, j.CreatedAt);
}
