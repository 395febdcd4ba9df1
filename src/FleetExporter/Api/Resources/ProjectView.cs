using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <param name="Config">Free-form.</param>
/// <param name="Jobs">Only for a single project: its first 500 jobs, in creation order.</param>
internal sealed record ProjectView(
    string Id, string ConnectionId, string Name, string Description, string ProjectType, string? RemotePath, string Status, JsonObject Config,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<JobView>? Jobs = null)
{
    public static ProjectView Of(Project p) => new(
        p.Id, p.ConnectionId, p.Name, p.Description, Words.Of(p.ProjectType), p.RemotePath, p.Status, p.Config, p.CreatedAt, p.UpdatedAt);
}
