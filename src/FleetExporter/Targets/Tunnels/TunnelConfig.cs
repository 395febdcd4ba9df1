using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Targets.Tunnels;

/// <summary>An SSH tunnel, checked at its listening end.</summary>
internal sealed record TunnelConfig : TargetConfig
{
    private static readonly KeyTable<TunnelCheck> Checks = new(
        Key.Of("http", Kinds.Url("http", "https"), "", (TunnelCheck _, Uri url) => new TunnelCheck.Http(url)));

    public static readonly TargetKind<TunnelConfig> TargetKind = new(
        "tunnel",
        new TunnelConfig { Name = "", Connect = new HostAddress("", null) },
        Key.Of("connect", Kinds.AddressWithPort, "", (TunnelConfig tunnel, HostAddress address) => tunnel with { Connect = address }) with
        {
            IsRequired = true,
        },
        Key.Of("unit", Kinds.Unit, "", (TunnelConfig tunnel, UnitName unit) => tunnel with { Unit = unit }),
        new("verify", "`tcp`, `banner` or mapping", "", "tcp", (tunnel, field) => tunnel with { Verify = CheckOf(field) }))
    {
        Nested = new Dictionary<string, IReadOnlyList<KeyDoc>> { ["verify"] = Checks.Keys },
    };

    /// <summary>Listening address and port.</summary>
    public required HostAddress Connect { get; init; }

    /// <summary>Check of the far end.</summary>
    public TunnelCheck Verify { get; init; } = new TunnelCheck.Tcp();

    private static TunnelCheck CheckOf(Field field)
    {
        if (field.Node is not YamlScalar)
        {
            return Checks.Bind(new TunnelCheck.Tcp(), field);
        }

        return Kinds.Word("tcp", "banner").TryRead(field, out var word) && word == "banner" ? new TunnelCheck.Banner() : new TunnelCheck.Tcp();
    }
}

/// <summary>Check through the tunnel that detects a half-dead one.</summary>
internal abstract record TunnelCheck
{
    /// <summary>None: an accepted connection is enough.</summary>
    public sealed record Tcp : TunnelCheck;

    /// <summary>The far end must send data first, as sshd does.</summary>
    public sealed record Banner : TunnelCheck;

    /// <summary>A GET must give a status below 500.</summary>
    public sealed record Http(Uri Url) : TunnelCheck;
}
