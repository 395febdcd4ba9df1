using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Views;

/// <summary>A service of <see cref="ConfigView"/>.</summary>
internal sealed record ServiceConfigView(string Name, string Host, string Timeout, string Url)
{
    internal static ServiceConfigView Of(ServiceConfig service) =>
        new(service.Name, service.Host, Duration.Format(service.Timeout), service.Url.OriginalString);
}

/// <summary>A provider of <see cref="ConfigView"/>.</summary>
/// <param name="KeyFile">The path, never the content.</param>
internal sealed record ProviderConfigView(string Name, string Host, string Timeout, string Url, string Kind, string? KeyFile, string? Unit)
{
    internal static ProviderConfigView Of(ProviderConfig provider) => new(
        provider.Name, provider.Host, Duration.Format(provider.Timeout), provider.Url.OriginalString,
        provider.Kind switch
        {
            ProviderKind.LlamaCpp => "llama_cpp",
            ProviderKind.Vllm => "vllm",
            ProviderKind.Sglang => "sglang",
            _ => "openai",
        },
        provider.KeyFile,
        provider.Unit?.ToString());
}

/// <summary>A gateway of <see cref="ConfigView"/>.</summary>
/// <param name="TokenFile">The path, never the content.</param>
internal sealed record GatewayConfigView(string Name, string Host, string Timeout, string Url, string? TokenFile, IReadOnlyList<string> Channels)
{
    internal static GatewayConfigView Of(GatewayConfig gateway) =>
        new(gateway.Name, gateway.Host, Duration.Format(gateway.Timeout), gateway.Url.OriginalString, gateway.TokenFile, gateway.Channels);
}

/// <summary>A tunnel of <see cref="ConfigView"/>.</summary>
/// <param name="Verify">tcp, banner, or the URL.</param>
internal sealed record TunnelConfigView(string Name, string Host, string Timeout, string Connect, string? Unit, string Verify)
{
    internal static TunnelConfigView Of(TunnelConfig tunnel) => new(
        tunnel.Name, tunnel.Host, Duration.Format(tunnel.Timeout), tunnel.Connect.ToString(), tunnel.Unit?.ToString(),
        tunnel.Verify switch
        {
            TunnelCheck.Http http => http.Url.OriginalString,
            TunnelCheck.Banner => "banner",
            _ => "tcp",
        });
}
