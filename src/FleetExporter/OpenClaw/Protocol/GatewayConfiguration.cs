using System.Text.Json;
using System.Text.RegularExpressions;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>An agent in the gateway's configuration.</summary>
/// <param name="Model">Null for the default model.</param>
/// <param name="HeartbeatEvery">For example <c>30m</c>; null for the default interval.</param>
internal sealed record ConfiguredAgent(string Id, string? Name, string? Model, string? HeartbeatEvery);

/// <param name="ContextWindow">In tokens.</param>
internal sealed record ConfiguredModel(string Id, string? Name, double? ContextWindow);

/// <summary>A model provider in the gateway's configuration.</summary>
internal sealed record ConfiguredProvider(string Name, IReadOnlyList<ConfiguredModel> Models);

/// <summary>A channel, skill, hook or plugin in the gateway's configuration.</summary>
/// <param name="Enabled">Null for the gateway's default.</param>
internal sealed record ConfiguredPart(string Name, bool? Enabled);

/// <summary>
/// What the exporter keeps of the gateway's configuration. The list is closed: names of parts, references of models, intervals, flags and numbers.
/// No value that may be a secret is read.
/// </summary>
/// <param name="HeartbeatEvery">Default interval.</param>
/// <param name="Limits">The known limits that are configured.</param>
internal sealed partial record GatewayConfiguration(
    GatewayHeartbeat Heartbeat, string? DefaultModel, IReadOnlyList<string> FallbackModels, string? HeartbeatEvery,
    IReadOnlyList<ConfiguredAgent> Agents, IReadOnlyList<ConfiguredProvider> Providers, IReadOnlyList<ConfiguredPart> Channels,
    IReadOnlyList<ConfiguredPart> Skills, IReadOnlyList<ConfiguredPart> Hooks, IReadOnlyList<ConfiguredPart> Plugins,
    IReadOnlyDictionary<string, double> Limits)
{
    private const int MaxParts = 500;
    private const int MaxProviders = 100;
    private const int MaxFallbacks = 20;

    private static readonly (string Name, string[] Path)[] LimitPaths =
    [
        ("max_concurrent", ["agents", "defaults", "maxConcurrent"]),
        ("context_tokens", ["agents", "defaults", "contextTokens"]),
        ("timeout_seconds", ["agents", "defaults", "timeoutSeconds"]),
        ("bootstrap_max_chars", ["agents", "defaults", "bootstrapMaxChars"]),
        ("heartbeat_timeout_seconds", ["agents", "defaults", "heartbeat", "timeoutSeconds"]),
        ("subagents_max_concurrent", ["agents", "defaults", "subagents", "maxConcurrent"]),
        ("subagents_max_children_per_agent", ["agents", "defaults", "subagents", "maxChildrenPerAgent"]),
        ("subagents_max_spawn_depth", ["agents", "defaults", "subagents", "maxSpawnDepth"]),
        ("subagents_run_timeout_seconds", ["agents", "defaults", "subagents", "runTimeoutSeconds"]),
        ("subagents_archive_after_minutes", ["agents", "defaults", "subagents", "archiveAfterMinutes"]),
        ("cron_max_concurrent_runs", ["cron", "maxConcurrentRuns"]),
        ("session_reset_idle_minutes", ["session", "reset", "idleMinutes"]),
    ];

    /// <summary>Parses the answer of <c>config.get</c>.</summary>
    /// <exception cref="FormatException">No object <c>config</c> or <c>parsed</c>, or too many models of a provider.</exception>
    /// <remarks>
    /// Tested with 2026.9.6. Agents are the object <c>agents.entries</c>, in older versions the list <c>agents.list</c>. <c>config</c> includes the
    /// defaults, <c>parsed</c> is the file.
    /// </remarks>
    public static GatewayConfiguration Parse(JsonElement payload)
    {
        var heartbeat = GatewayHeartbeat.Parse(payload);
        var config = ((JsonElement?)payload).Member("config", "parsed");
        var defaults = At(config, "agents", "defaults");
        return new GatewayConfiguration(
            heartbeat,
            GatewayAgents.ModelOf(defaults?.Member("model")),
            [.. (defaults?.Member("model")?.Items("fallbacks") ?? []).Take(MaxFallbacks).Select(m => GatewayAgents.ModelOf(m)).OfType<string>()],
            EveryOf(defaults),
            [.. AgentsOf(At(config, "agents")).Take(GatewayAgents.MaxAgents).DistinctBy(a => a.Id)],
            ProvidersOf(At(config, "models", "providers")),
            PartsOf(At(config, "channels")),
            PartsOf(At(config, "skills", "entries")),
            PartsOf(At(config, "hooks", "internal", "entries")),
            PartsOf(At(config, "plugins", "entries")),
            LimitPaths.Select(l => (l.Name, Value: At(config, l.Path)?.Amount())).Where(l => l.Value is not null)
                .ToDictionary(l => l.Name, l => l.Value!.Value));
    }

    private static JsonElement? At(JsonElement? config, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            config = config?.Member(name);
        }

        return config;
    }

    private static IEnumerable<ConfiguredAgent> AgentsOf(JsonElement? agents) => (agents?.Member("entries")).Pairs()
        .Select(p => AgentOf(p.Name, p.Value))
        .Concat((agents?.Items("list") ?? []).Select(a => AgentOf(a.Text("id"), a)))
        .OfType<ConfiguredAgent>();

    private static ConfiguredAgent? AgentOf(string? id, JsonElement agent) => GatewayName.Clean(id) is { } clean ? new ConfiguredAgent(
        clean,
        GatewayName.Line(agent.Text("name") ?? agent.Member("identity")?.Text("name"), GatewayName.MaxLine),
        GatewayAgents.ModelOf(agent.Member("model")),
        EveryOf(agent)) : null;

    /// <summary>The interval of a heartbeat; null for text that is no interval.</summary>
    private static string? EveryOf(JsonElement? agent) =>
        agent?.Member("heartbeat")?.Text("every") is { } every && Interval().IsMatch(every) ? every : null;

    private static List<ConfiguredProvider> ProvidersOf(JsonElement? providers)
    {
        List<ConfiguredProvider> found = [];
        var left = RemoteLimits.Models;
        foreach (var provider in providers.Pairs().Take(MaxProviders))
        {
            if (GatewayName.Clean(provider.Name) is { } name)
            {
                var models = provider.Value.Items("models").Select(ModelOf).OfType<ConfiguredModel>().Take(left).ToList();
                left -= models.Count;
                found.Add(new ConfiguredProvider(name, models));
            }
        }

        return [.. found.DistinctBy(p => p.Name)];
    }

    private static ConfiguredModel? ModelOf(JsonElement model) => GatewayName.Line(model.Text("id"), GatewayName.MaxLine) is { } id
        ? new ConfiguredModel(id, GatewayName.Line(model.Text("name"), GatewayName.MaxLine), model.Amount("contextWindow"))
        : null;

    /// <summary>Only members that are objects: another one is a setting of all parts, and its value is not read.</summary>
    private static List<ConfiguredPart> PartsOf(JsonElement? parts) =>
    [
        .. parts.Pairs().Where(p => p.Value.ValueKind == JsonValueKind.Object && p.Name != "defaults")
            .Select(p => GatewayName.Clean(p.Name) is { } name ? new ConfiguredPart(name, p.Value.Flag("enabled")) : null)
            .OfType<ConfiguredPart>().DistinctBy(p => p.Name).Take(MaxParts),
    ];

    [GeneratedRegex("\\A[0-9]{1,9}(ms|s|m|h|d)?\\z")]
    private static partial Regex Interval();
}
