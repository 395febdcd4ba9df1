using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>A model in the gateway's configuration.</summary>
/// <param name="Ref">Reference used in the configuration, <c>provider/id</c>.</param>
internal sealed record GatewayModel(string Ref, string Name, string Provider, string Id);

/// <summary>Default interval and model with which the gateway wakes its agents.</summary>
/// <param name="Enabled">False only if the interval is <c>0m</c>: by default a gateway has a heartbeat.</param>
/// <param name="Model">The <see cref="GatewayModel.Ref"/> of its model; null for the agent's model.</param>
/// <param name="Every">As in the configuration, <c>30m</c>; null for the gateway's default, which depends on its version and provider.</param>
/// <param name="Prompt">At most 1000 characters; null for the gateway's default.</param>
/// <param name="Models">Configured models, in the order of the configuration.</param>
internal sealed record GatewayHeartbeat(bool Enabled, string? Model, string? Every, string? Prompt, IReadOnlyList<GatewayModel> Models)
{
    private const int MaxName = 200;
    private const int MaxPrompt = 1000;

    /// <summary>Parses the answer of <c>config.get</c>, and keeps nothing else of it.</summary>
    /// <exception cref="FormatException">No object <c>config</c> or <c>parsed</c>, or too many models of a provider.</exception>
    /// <remarks>Tested with 2026.9.6, which redacts secrets. <c>config</c> includes the defaults, <c>parsed</c> is the file.</remarks>
    public static GatewayHeartbeat Parse(JsonElement payload)
    {
        payload.RequireObject("config.get");
        if (((JsonElement?)payload).Member("config", "parsed") is not { ValueKind: JsonValueKind.Object } config)
        {
            throw new FormatException("config.get: neither 'config' nor 'parsed'");
        }

        var heartbeat = config.Member("agents")?.Member("defaults")?.Member("heartbeat");
        var every = GatewayName.Line(heartbeat?.Text("every"), MaxName);
        return new GatewayHeartbeat(
            every?.TrimStart('0') is not ("" or "ms" or "s" or "m" or "h" or "d"),
            GatewayName.Line(heartbeat?.Text("model"), MaxName),
            every,
            GatewayName.Line(heartbeat?.Text("prompt"), MaxPrompt),
            [.. config.Member("models").Member("providers").Pairs().SelectMany(ModelsOf).DistinctBy(m => m.Ref).Take(RemoteLimits.Models)]);
    }

    private static IEnumerable<GatewayModel> ModelsOf(JsonProperty provider) =>
        GatewayName.Line(provider.Name, MaxName) is { } name
            ? provider.Value.Items("models").Select(model => ModelOf(name, model)).OfType<GatewayModel>()
            : [];

    private static GatewayModel? ModelOf(string provider, JsonElement model) => GatewayName.Line(model.Text("id"), MaxName) is { } id
        ? new GatewayModel(Printable.Line($"{provider}/{id}", MaxName), GatewayName.Line(model.Text("name"), MaxName) ?? id, provider, id)
        : null;
}
