using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Targets.Ports;

/// <summary>A TCP port that must accept connections.</summary>
internal sealed record PortConfig : TargetConfig
{
    public static readonly TargetKind<PortConfig> TargetKind = new(
        "port",
        new PortConfig { Name = "", Connect = new HostAddress("", null) },
        Key.Of("connect", Kinds.AddressWithPort, "", (PortConfig port, HostAddress address) => port with { Connect = address }) with
        {
            IsRequired = true,
        });

    public required HostAddress Connect { get; init; }
}
