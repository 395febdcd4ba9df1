using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Views;

/// <summary>The active configuration in the API, in the notation of fleet.yml. Paths of key files, never a key or a secret.</summary>
internal sealed record ConfigView
{
    /// <summary>Null when the service runs without a file.</summary>
    public required string? SourcePath { get; init; }

    public required string Listen { get; init; }

    public required string DataDir { get; init; }

    public required string PollInterval { get; init; }

    public required int StaleAfterPolls { get; init; }

    public required string LegacyAfter { get; init; }

    public required int MaxConnecting { get; init; }

    public required IReadOnlyList<string> KeyDirs { get; init; }

    public required IReadOnlyList<HostConfigView> Hosts { get; init; }

    public required IReadOnlyList<ServiceConfigView> Services { get; init; }

    public required IReadOnlyList<ProviderConfigView> Providers { get; init; }

    public required IReadOnlyList<GatewayConfigView> Gateways { get; init; }

    public required IReadOnlyList<TunnelConfigView> Tunnels { get; init; }

    public required bool AllowLinkLocalTargets { get; init; }

    public required IReadOnlyList<string> AllowedHosts { get; init; }

    public required string AnonymousRead { get; init; }

    public required string AnonymousControl { get; init; }

    public required IReadOnlyList<string> CorsOrigins { get; init; }

    public required IReadOnlyList<string> TrustedProxies { get; init; }

    public required bool Tls { get; init; }

    /// <summary>Without the admin key.</summary>
    public required IReadOnlyList<AccessKeyView> Keys { get; init; }

    /// <summary>Without the hashes of their keys.</summary>
    public required IReadOnlyList<DeviceConfigView> Devices { get; init; }

    public required string Store { get; init; }

    /// <summary>Its URL.</summary>
    public required string Prometheus { get; init; }
    /// <summary>Its URL.</summary>
    public required string Alertmanager { get; init; }

    /// <summary>Null for none.</summary>
    public required string? GrafanaUrl { get; init; }

    public required IReadOnlyDictionary<string, double> Thresholds { get; init; }

    /// <summary>Warnings about accepted settings, as logged at start-up.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public static ConfigView Of(FleetConfig config) => new()
    {
        SourcePath = config.SourcePath,
        Listen = config.Listen.ToString(),
        DataDir = config.DataDir,
        PollInterval = Duration.Format(config.PollInterval),
        StaleAfterPolls = config.StaleAfterPolls,
        LegacyAfter = Duration.Format(config.LegacyAfter),
        MaxConnecting = config.Ssh.MaxConnecting,
        KeyDirs = config.KeyFolders,
        Hosts = [.. config.Hosts.Select(HostConfigView.Of)],
        Services = [.. config.TargetsOf<ServiceConfig>().Select(ServiceConfigView.Of)],
        Providers = [.. config.TargetsOf<ProviderConfig>().Select(ProviderConfigView.Of)],
        Gateways = [.. config.TargetsOf<GatewayConfig>().Select(GatewayConfigView.Of)],
        Tunnels = [.. config.TargetsOf<TunnelConfig>().Select(TunnelConfigView.Of)],
        AllowLinkLocalTargets = config.AllowLinkLocalTargets,
        AllowedHosts = config.AllowedHosts,
        AnonymousRead = config.AnonymousRead.Word(),
        AnonymousControl = config.AnonymousControl.Word(),
        CorsOrigins = config.CorsOrigins,
        TrustedProxies = [.. config.TrustedProxies.Select(NetworkText.Format)],
        Tls = config.Tls.IsOn,
        Keys = [.. config.Keys.Concat(config.CommandLineKeys).Select(AccessKeyView.Of)],
        Devices = [.. config.Devices.Select(d => new DeviceConfigView(d.Name, Duration.Format(d.StaleAfter)))],
        Store = config.Store.DisplayName,
        Prometheus = config.Prometheus.Url.ToString(),
        Alertmanager = config.Alertmanager.Url.ToString(),
        GrafanaUrl = config.GrafanaUrl?.ToString(),
        Thresholds = config.Thresholds,
        Warnings = config.Warnings,
    };
}

/// <summary>A device of <see cref="ConfigView"/>.</summary>
internal sealed record DeviceConfigView(string Name, string StaleAfter);
