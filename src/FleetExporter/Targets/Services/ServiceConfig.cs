using FleetExporter.Config;

namespace FleetExporter.Targets.Services;

/// <summary>An AI service that answers a GET with its health.</summary>
internal sealed record ServiceConfig : TargetConfig
{
    /// <summary>URL of the GET request; http or https, without user and password.</summary>
    public required Uri Url { get; init; }
}
