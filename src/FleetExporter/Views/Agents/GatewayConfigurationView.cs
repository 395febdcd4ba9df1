using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>The configuration of one gateway: a closed list of settings, none of which can hold a secret.</summary>
/// <param name="At">When the gateway answered <c>config.get</c>; null where it did not.</param>
internal sealed record GatewayConfigurationView(string Gateway, string Host, DateTimeOffset? At, string? Reason, GatewaySettingsView? Settings)
{
    public static GatewayConfigurationView Of(MonitoredGateway gateway)
    {
        var part = gateway.PartOf("config.get");
        return new GatewayConfigurationView(
            part.Gateway, part.Host, part.At, part.Reason,
            gateway.Reading?.Configuration is { } configuration ? GatewaySettingsView.Of(configuration) : null);
    }
}

/// <param name="DefaultModel"><c>provider/model</c>; null if it is not configured.</param>
/// <param name="HeartbeatEvery">Default interval of the heartbeat; null for the gateway's own.</param>
/// <param name="Limits">The limits that are configured.</param>
internal sealed record GatewaySettingsView(
    string? DefaultModel, IReadOnlyList<string> FallbackModels, string? HeartbeatEvery, IReadOnlyList<ConfiguredAgentView> Agents,
    IReadOnlyList<ConfiguredProviderView> Providers, IReadOnlyList<ConfiguredPartView> Channels, IReadOnlyList<ConfiguredPartView> Skills,
    IReadOnlyList<ConfiguredPartView> Hooks, IReadOnlyList<ConfiguredPartView> Plugins, IReadOnlyDictionary<string, double> Limits)
{
    public static GatewaySettingsView Of(GatewayConfiguration configuration) => new(
        configuration.DefaultModel, configuration.FallbackModels, configuration.HeartbeatEvery,
        [.. configuration.Agents.Select(a => new ConfiguredAgentView(a.Id, a.Name, a.Model, a.HeartbeatEvery))],
        [.. configuration.Providers.Select(p => new ConfiguredProviderView(
            p.Name, [.. p.Models.Select(m => new ConfiguredModelView(m.Id, m.Name, JsonNumber.Whole(m.ContextWindow)))]))],
        PartsOf(configuration.Channels), PartsOf(configuration.Skills), PartsOf(configuration.Hooks), PartsOf(configuration.Plugins),
        configuration.Limits);

    private static List<ConfiguredPartView> PartsOf(IReadOnlyList<ConfiguredPart> parts) =>
        [.. parts.Select(p => new ConfiguredPartView(p.Name, p.Enabled))];
}

/// <param name="Model">Null for the default model.</param>
/// <param name="HeartbeatEvery">Null for the default interval.</param>
internal sealed record ConfiguredAgentView(string Id, string? Name, string? Model, string? HeartbeatEvery);

internal sealed record ConfiguredProviderView(string Name, IReadOnlyList<ConfiguredModelView> Models);

/// <param name="ContextWindow">In tokens.</param>
internal sealed record ConfiguredModelView(string Id, string? Name, long? ContextWindow);

/// <param name="Enabled">Null for the gateway's default.</param>
internal sealed record ConfiguredPartView(string Name, bool? Enabled);
