using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Targets.Services;

/// <summary>An AI service that answers a GET with its health.</summary>
internal sealed record ServiceConfig : TargetConfig
{
    public static readonly TargetKind<ServiceConfig> TargetKind = new(
        "service",
        new ServiceConfig { Name = "", Url = new("http://localhost/") },
        Key.Of("url", Kinds.Url("http", "https"), "", (ServiceConfig service, Uri url) => service with { Url = url }) with { IsRequired = true });

    /// <summary>URL of the GET request; http or https, without user and password.</summary>
    public required Uri Url { get; init; }
}
