using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>Looks up the usage of agents and sessions of one gateway.</summary>
/// <param name="windows">Null while unknown.</param>
internal sealed class UsageByAgent(GatewayWindows? windows)
{
    private readonly Dictionary<(string Agent, string Window), GatewayUsage> _usage =
        (windows?.Windows ?? []).ToDictionary(w => (w.Agent, w.Window), w => w.Usage);

    /// <summary>Of all models of an agent; zeros if it used none in a window that is known.</summary>
    /// <param name="window">today, 7d, 30d or all.</param>
    /// <returns>Null while unknown, and while the gateway has computed nothing yet.</returns>
    public GatewayTokens? Of(string agent, string window) =>
        _usage.GetValueOrDefault((agent, window)) is { } usage && (usage.Settled || usage.Models.Count > 0)
            ? GatewayTokens.Sum([GatewayTokens.None, .. usage.Models.Values])
            : null;

    /// <summary>Of a session since it began.</summary>
    /// <returns>Null while unknown, and for a session that the gateway does not list.</returns>
    public GatewayTokens? OfSession(GatewaySession session) =>
        _usage.GetValueOrDefault((session.Agent, "all"))?.Sessions.GetValueOrDefault(session.Key);
}
