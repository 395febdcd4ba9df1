using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.OpenClaw;

/// <summary>An OpenClaw agent gateway.</summary>
internal sealed record GatewayConfig : TargetConfig
{
    public static readonly TargetKind<GatewayConfig> TargetKind = new(
        BudgetKey.GatewayKind,
        new GatewayConfig { Name = "", Url = new("ws://localhost/") },
        Key.Of("url", Kinds.Url("ws", "wss"), "", (GatewayConfig gateway, Uri url) => gateway with { Url = url }) with { IsRequired = true },
        Key.Of("token_file", Kinds.Path, "", (GatewayConfig gateway, string path) => gateway with { TokenFile = path }),
        Key.Of("channels", Kinds.ListOf(Kinds.HostName), "[]", (GatewayConfig gateway, ValueList<string> channels) =>
            gateway with { Channels = channels }),
        Key.Of("device", ConfigKeys.Toggles, "auto", (GatewayConfig gateway, Toggle device) => gateway with { Device = device }));

    /// <summary>ws or wss, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with its token on one line. Default null: no token is sent.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Required channels: a missing one is published as down instead of absent. Default none.</summary>
    public ValueList<string> Channels { get; init; } = [];

    /// <summary>Whether to log in as a device with the exporter's own key. Auto: unless the address is a loopback address.</summary>
    public Toggle Device { get; init; }

    public bool HasDevice => Device == Toggle.Auto ? !Url.IsLoopback : Device == Toggle.True;
}
