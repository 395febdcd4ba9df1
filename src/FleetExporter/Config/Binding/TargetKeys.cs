using FleetExporter.OpenClaw;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Config.Binding;

/// <summary>Configuration keys of services, providers, gateways and tunnels.</summary>
internal static class TargetKeys
{
    private static readonly Uri PlaceholderUrl = new("http://localhost/");

    private static readonly Kind<ProviderKind> ProviderKinds = Kinds.Choice(
        ("llama_cpp", ProviderKind.LlamaCpp), ("openai", ProviderKind.OpenAi), ("vllm", ProviderKind.Vllm), ("sglang", ProviderKind.Sglang));

    private static readonly KeyTable<TargetConfig> Common = new(
        Key.Of("name", Kinds.HostName, "", (TargetConfig target, string name) => target with { Name = name }) with { IsRequired = true },
        Key.Of("host", Kinds.HostName, "", (TargetConfig target, string host) => target with { Host = host }),
        Key.Of("timeout", Kinds.Time("100ms", "1m"), "5s", (TargetConfig target, TimeSpan time) => target with { Timeout = time }));

    public static readonly KeyTable<ServiceConfig> Service = new([
        .. CommonKeys<ServiceConfig>(),
        Key.Of("url", Kinds.Url("http", "https"), "", (ServiceConfig service, Uri url) => service with { Url = url }) with { IsRequired = true },
    ]);

    public static readonly KeyTable<ProviderConfig> Provider = new([
        .. CommonKeys<ProviderConfig>(),
        Key.Of("url", Kinds.Url("http", "https"), "", (ProviderConfig provider, Uri url) => provider with { Url = url }) with { IsRequired = true },
        Key.Of("kind", ProviderKinds, "openai", (ProviderConfig provider, ProviderKind kind) => provider with { Kind = kind }),
        Key.Of("key_file", Kinds.Path, "", (ProviderConfig provider, string path) => provider with { KeyFile = path }),
        Key.Of("unit", Kinds.Unit, "", (ProviderConfig provider, UnitName unit) => provider with { Unit = unit }),
    ]);

    public static readonly KeyTable<GatewayConfig> Gateway = new([
        .. CommonKeys<GatewayConfig>(),
        Key.Of("url", Kinds.Url("ws", "wss"), "", (GatewayConfig gateway, Uri url) => gateway with { Url = url }) with { IsRequired = true },
        Key.Of("token_file", Kinds.Path, "", (GatewayConfig gateway, string path) => gateway with { TokenFile = path }),
        Key.Of("channels", Kinds.ListOf(Kinds.HostName), "[]", (GatewayConfig gateway, ValueList<string> channels) =>
            gateway with { Channels = channels }),
    ]);

    public static readonly KeyTable<TunnelCheck> Verify = new(
        Key.Of("http", Kinds.Url("http", "https"), "", (TunnelCheck _, Uri url) => new TunnelCheck.Http(url)));

    public static readonly KeyTable<TunnelConfig> Tunnel = new([
        .. CommonKeys<TunnelConfig>(),
        Key.Of("connect", Kinds.AddressWithPort, "", (TunnelConfig tunnel, HostAddress address) =>
            tunnel with { Connect = address }) with { IsRequired = true },
        Key.Of("unit", Kinds.Unit, "", (TunnelConfig tunnel, UnitName unit) => tunnel with { Unit = unit }),
        new("verify", "`tcp`, `banner` or mapping", "", "tcp", (tunnel, field) => tunnel with { Verify = VerifyOf(field) }),
    ]);

    public static IReadOnlyList<Key<FleetConfig>> Lists { get; } =
    [
        new("services", "list of services", "", "[]", (fleet, field) =>
            fleet with { Services = TargetList.Bind("service", Service, new ServiceConfig { Name = "", Url = PlaceholderUrl }, field) }),
        new("providers", "list of providers", "", "[]", (fleet, field) =>
            fleet with { Providers = TargetList.Bind("provider", Provider, new ProviderConfig { Name = "", Url = PlaceholderUrl }, field) }),
        new("gateways", "list of gateways", "", "[]", (fleet, field) =>
            fleet with { Gateways = TargetList.Bind("gateway", Gateway, new GatewayConfig { Name = "", Url = PlaceholderUrl }, field) }),
        new("tunnels", "list of tunnels", "", "[]", (fleet, field) =>
            fleet with { Tunnels = TargetList.Bind("tunnel", Tunnel, new TunnelConfig { Name = "", Connect = new HostAddress("", null) }, field) }),
    ];

    private static IEnumerable<Key<T>> CommonKeys<T>()
        where T : TargetConfig => Common.Keys.Select(key => key.In((T target) => (TargetConfig)target, (_, target) => (T)target));

    private static TunnelCheck VerifyOf(Field field)
    {
        if (field.Node is not Yaml.YamlScalar)
        {
            return Verify.Bind(new TunnelCheck.Tcp(), field);
        }

        return Kinds.Word("tcp", "banner").TryRead(field, out var word) && word == "banner" ? new TunnelCheck.Banner() : new TunnelCheck.Tcp();
    }
}
