using FleetExporter.Api.Http;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Views.Agents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Monitoring;

/// <summary>One session with its relatives and its last messages.</summary>
internal static class AgentSessionDetail
{
    private const int MaxChildren = 200;

    /// <param name="path">The key as given in the path, decoded.</param>
    /// <param name="gateway">Null for the only gateway that has the session.</param>
    public static async Task<IResult> AnswerAsync(GatewayCallContext call, string path, string? gateway, CancellationToken stop)
    {
        if (!call.TryFind(gateway, out var gateways, out var problem))
        {
            return problem;
        }

        var found = GatewayName.Clean(path) is { } key && path.Length <= GatewaySession.MaxKey
            ? await FindAsync(call, gateways, key, stop).ConfigureAwait(false)
            : [];
        return found switch
        {
            [] => Unknown(path, gateways),
            [var (owner, session)] => TypedResults.Ok(await DetailAsync(call, owner, session, stop).ConfigureAwait(false)),
            _ => Problem.Invalid("gateway", $"Several gateways have this session: {string.Join(", ", found.Select(f => f.Owner.Gateway.Name))}."),
        };
    }

    /// <summary>Looks for the session in memory, and only if no gateway has it there, asks those that have more.</summary>
    private static async Task<IReadOnlyList<(KnownSessions Owner, GatewaySession Session)>> FindAsync(
        GatewayCallContext call, IReadOnlyList<MonitoredGateway> gateways, string key, CancellationToken stop)
    {
        foreach (var text in new[] { null, GatewayName.WithoutHash(key) })
        {
            var known = await Task.WhenAll(gateways.Select(g => KnownSessions.OfAsync(call, g, text, stop))).ConfigureAwait(false);
            var found = known.SelectMany(k => k.Sessions.Where(s => s.Key == key).Select(s => (k, s))).ToList();
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    private static async Task<AgentSessionDetailView> DetailAsync(
        GatewayCallContext call, KnownSessions owner, GatewaySession session, CancellationToken stop) => new(
        AgentSessionView.Of(owner.Gateway.Name, session, new UsageByAgent(owner.Gateway.Reading?.Usage)),
        [.. session.Children.Concat(owner.Sessions.Where(s => s.Parent == session.Key).Select(s => s.Key)).Distinct().Take(MaxChildren)],
        await PreviewAsync(call, owner.Gateway.Name, session, stop).ConfigureAwait(false));

    private static async Task<AgentSessionPreview> PreviewAsync(
        GatewayCallContext call, string gateway, GatewaySession session, CancellationToken stop)
    {
        if (session.RawKey is not { } key)
        {
            return new AgentSessionPreview(null, Words.Of(GatewayGap.Unsupported), null);
        }

        var answer = await call.AskAsync(gateway, GatewayCall.SessionsPreview(key), GatewayPreviews.Parse, stop).ConfigureAwait(false);
        return answer.Value is { } previews
            ? AgentSessionPreview.Of(previews, session.Key, call.Clock.GetUtcNow())
            : new AgentSessionPreview(null, answer.Reason, null);
    }

    private static ProblemHttpResult Unknown(string path, IReadOnlyList<MonitoredGateway> gateways)
    {
        var silent = gateways.Select(g => g.PartOf("sessions.list")).Where(p => p.Reason is not null).ToList();
        return Problem.Of(
            404, "Unknown session", $"There is no session called {Printable.Line(path, 80)}."
                + (silent.Count > 0 ? $" Sessions are unknown of {string.Join(", ", silent.Select(p => $"{p.Gateway} ({p.Reason})"))}." : ""));
    }
}
