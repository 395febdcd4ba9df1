using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>What models a gateway's agents used; unknown values are null. Windows are today, 7d, 30d and all, of UTC days.</summary>
/// <param name="Reason">As in <see cref="MonitoredPart"/>.</param>
/// <param name="Day">The UTC day that <c>today</c> means: for some minutes after midnight, yesterday.</param>
/// <param name="Settled">False while the gateway is still adding up: the values are too small then.</param>
/// <param name="Models">All usage, the most used of all time first.</param>
/// <param name="ModelsReason">
/// Why windows are null: <c>refreshing</c> (the gateway has not added up anything yet) or <c>too_many_agents</c>. Null if all are known.
/// </param>
/// <param name="Subagents">Usage of sub-agents alone, which is part of <paramref name="Models"/>.</param>
/// <param name="SubagentsReason">
/// As <paramref name="ModelsReason"/>, or <c>too_many_sessions</c>: the gateway lists at most 1000 of an agent.
/// </param>
internal sealed record MonitoredTokens(
    string Gateway, string Host, DateTimeOffset? At, string? Reason, DateOnly? Day, bool? Settled, IReadOnlyList<ModelTokensView>? Models,
    string? ModelsReason, IReadOnlyList<ModelTokensView>? Subagents, string? SubagentsReason)
{
    public static MonitoredTokens Of(MonitoredGateway gateway)
    {
        var part = gateway.PartOf("sessions.usage");
        var usage = gateway.Reading?.Usage;
        var costs = usage is null ? null : GatewayCosts.Of(usage);
        var gap = costs?.FirstOrDefault(w => w.Total is null)?.Gap;
        var all = costs?.Select(w => Window(usage!, w, u => u.Models)).ToList();
        var subagents = costs?.Select(w => Window(usage!, w, u => u.Subagents)).ToList();
        CostGap? missing = gap ?? (subagents?.Exists(w => w.Models is null) == true ? CostGap.TooManySessions : null);
        return new MonitoredTokens(
            part.Gateway, part.Host, part.At, part.Reason, usage?.Day, usage?.Settled, Rows(all), gap is { } one ? Words.Of(one) : null,
            Rows(subagents), missing is { } other ? Words.Of(other) : null);
    }

    /// <returns>Over all agents; models null if they are of any, or if the total is unknown.</returns>
    private static (string Window, Dictionary<string, GatewayTokens>? Models) Window(
        GatewayWindows usage, WindowCost window, Func<GatewayUsage, IReadOnlyDictionary<string, GatewayTokens>?> models)
    {
        var agents = usage.Windows.Where(w => w.Window == window.Window).Select(w => models(w.Usage)).ToList();
        return (window.Window, window.Total is null || agents.Contains(null) ? null : TokensByModel.Sum(agents.Select(m => m!)));
    }

    private static List<ModelTokensView>? Rows(List<(string Window, Dictionary<string, GatewayTokens>? Models)>? windows)
    {
        var known = windows?.Where(w => w.Models is not null).ToList();
        return windows is null || known!.Count == 0 ? null
            : [.. known.SelectMany(w => w.Models!.Keys).Distinct(StringComparer.Ordinal)
                .OrderByDescending(m => known[^1].Models!.GetValueOrDefault(m)?.Total).ThenBy(m => m, StringComparer.Ordinal)
                .Select(model => new ModelTokensView(model, windows.ToDictionary(
                    w => w.Window, w => w.Models is null ? null : TokensView.Of(w.Models.GetValueOrDefault(model) ?? GatewayTokens.None))))];
    }
}

/// <param name="Model">unknown for what the gateway does not assign to a model.</param>
/// <param name="Windows">By window; null if unknown.</param>
internal sealed record ModelTokensView(string Model, IReadOnlyDictionary<string, TokensView?> Windows);

/// <param name="Calls">Of the model.</param>
/// <param name="Input">Without cached tokens.</param>
/// <param name="Total">Of all four types.</param>
/// <param name="Usd">US dollars.</param>
internal sealed record TokensView(long? Calls, long? Input, long? Output, long? CacheRead, long? CacheWrite, long? Total, decimal? Usd)
{
    public static TokensView Of(GatewayTokens tokens) => new(
        JsonNumber.Whole(tokens.Calls), JsonNumber.Whole(tokens.Input), JsonNumber.Whole(tokens.Output), JsonNumber.Whole(tokens.CacheRead),
        JsonNumber.Whole(tokens.CacheWrite), JsonNumber.Whole(tokens.Total), tokens.Usd);
}
