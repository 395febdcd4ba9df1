using System.Text.Json.Nodes;

namespace FleetExporter.Store;

internal enum ProjectType
{
    ComputerVision,
    Nlp,
    ReinforcementLearning,
    Generative,
    Other,
}

/// <summary>Work on one connection, with jobs of its own.</summary>
internal sealed record Project
{
    /// <summary>Assigned by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Id of its connection; when adding, id or name.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>Unique; never has the format of an id.</summary>
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    public ProjectType ProjectType { get; init; } = ProjectType.Other;

    /// <summary>Folder on the host.</summary>
    public string? RemotePath { get; init; }

    public string Status { get; init; } = "active";

    /// <summary>Free-form settings of the operator.</summary>
    public JsonObject Config { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
