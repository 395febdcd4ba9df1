using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One configured agent.</summary>
/// <param name="Id">Unchanged, because it is sent back to the gateway.</param>
/// <param name="Model">Its default model, <c>provider/model</c>.</param>
internal sealed record GatewayAgent(string Id, string? Name, string? Emoji, string? Model, bool IsDefault);

/// <summary>The configured agents.</summary>
internal sealed record GatewayAgents(IReadOnlyList<GatewayAgent> Agents)
{
    /// <summary>Agents that are kept; further ones are dropped.</summary>
    public const int MaxAgents = 500;

    private const int MaxEmoji = 16;

    /// <summary>Parses the answer of <c>agents.list</c>.</summary>
    /// <exception cref="FormatException">No list <c>agents</c>, or no agent with an id.</exception>
    /// <remarks>Tested with 2026.5.28 (without names) and 2026.9.6.</remarks>
    public static GatewayAgents Parse(JsonElement payload)
    {
        const string method = "agents.list";
        payload.RequireObject(method);
        var standard = payload.Text("defaultId");
        return new GatewayAgents([
            .. GatewayJson.Rows(payload.RequireList("agents", method), a => Row(a, standard), method).DistinctBy(a => a.Id).Take(MaxAgents),
        ]);
    }

    /// <summary>The reference of a model: a text, or the member <c>primary</c> of an object.</summary>
    internal static string? ModelOf(JsonElement? model) =>
        GatewayName.Line(model?.Text() ?? model?.Text("primary"), GatewayName.MaxLine);

    private static GatewayAgent? Row(JsonElement agent, string? standard) =>
        agent.Text("id") is { Length: > 0 and <= 256 } id && !id.Any(char.IsControl)
            ? new GatewayAgent(
                id,
                GatewayName.Line(agent.Text("name") ?? agent.Member("identity")?.Text("name"), GatewayName.MaxLine),
                GatewayName.Line(agent.Member("identity")?.Text("emoji"), MaxEmoji),
                ModelOf(agent.Member("model")),
                id == standard)
            : null;
}
