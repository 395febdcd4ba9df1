using FleetExporter.Api.Http;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>The parameters of <c>/api/monitoring/sessions</c>.</summary>
internal sealed record AgentSessionQuery
{
    private const int MaxText = 200;

    public string? Gateway { get; init; }

    public string? Agent { get; init; }

    public string? Type { get; init; }

    /// <summary>A part of the key or label, regardless of case.</summary>
    public string? Q { get; init; }

    public string? Limit { get; init; }

    public string? Cursor { get; init; }

    public async Task<IResult> AnswerAsync(GatewayCallContext call, CancellationToken stop)
    {
        if (!Listing.TryPage(Limit, Cursor, out var count, out var problem) || !TryFilters(out problem)
            || !call.TryFind(Gateway, out var gateways, out problem))
        {
            return problem;
        }

        var found = await Task.WhenAll(gateways.Select(g => KnownSessions.OfAsync(call, g, Q, stop))).ConfigureAwait(false);
        var matching = found.Select(f => (f.Gateway, Rows: f.Views(Matches), f.SearchReason)).ToList();
        var (items, next) = Listing.Page(
            matching.SelectMany(m => m.Rows).Select(v => (Key: v.SortKey(), View: v)).OrderBy(v => v.Key, StringComparer.Ordinal),
            v => v.Key, count, Cursor);
        return TypedResults.Ok(new SourcedListing<AgentSessionView, AgentSessionSource>(
            [.. items.Select(i => i.View)], next, [.. matching.Select(m => AgentSessionSource.Of(m.Gateway, m.Rows.Count, m.SearchReason))]));
    }

    private bool TryFilters([System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out IResult? problem)
    {
        problem = Type is not null && !GatewaySessions.Types.Contains(Type)
            ? Problem.Invalid("type", $"Give one of {string.Join(", ", GatewaySessions.Types)}.")
            : Q is not null && (Q.Length is 0 or > MaxText || Q.Any(char.IsControl))
            ? Problem.Invalid("q", $"Give a text of 1 to {MaxText} characters.")
            : null;
        return problem is null;
    }

    private bool Matches(GatewaySession session) => (Agent is null || session.Agent == Agent) && (Type is null || session.Type == Type)
        && (Q is null || Has(session.Key) || Has(session.RawKey) || Has(session.Label));

    private bool Has(string? text) => text?.Contains(Q!, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>The sessions of one gateway that are in memory, and those that it finds for a text.</summary>
/// <param name="SearchReason">Why it was not searched; null if it was, or had not to be.</param>
internal sealed record KnownSessions(MonitoredGateway Gateway, IReadOnlyList<GatewaySession> Sessions, string? SearchReason)
{
    /// <summary>Asks the gateway only if it has more sessions than are in memory.</summary>
    /// <param name="text">Null for no search.</param>
    public static async Task<KnownSessions> OfAsync(GatewayCallContext call, MonitoredGateway gateway, string? text, CancellationToken stop)
    {
        var known = gateway.Reading?.Sessions;
        if (text is null || known is not { Next: not null })
        {
            return new KnownSessions(gateway, known?.Sessions ?? [], null);
        }

        var searched = await call.AskAsync(gateway.Name, GatewayCall.SessionsSearch(text), GatewaySessions.Parse, stop).ConfigureAwait(false);
        return new KnownSessions(
            gateway, [.. known.Sessions.Concat(searched.Value?.Sessions ?? []).DistinctBy(s => s.Key)],
            searched.Reason ?? (searched.Value?.Next is null ? null : "truncated"));
    }

    public List<AgentSessionView> Views(Func<GatewaySession, bool> matches)
    {
        var usage = new UsageByAgent(Gateway.Reading?.Usage);
        return [.. Sessions.Where(matches).Select(s => AgentSessionView.Of(Gateway.Name, s, usage))];
    }
}
