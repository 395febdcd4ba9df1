using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>The agents of the gateways: their sessions, sub-agents, processes and configuration.</summary>
internal static class AgentEndpoints
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        const string prefix = MonitoringEndpoints.Prefix;

        routes.MapGet(
                $"{prefix}/sessions",
                ([AsParameters] GatewayCallContext call, [AsParameters] AgentSessionQuery query, CancellationToken stop) =>
                    query.AnswerAsync(call, stop))
            .Needs(Scope.Read).Produces<SourcedListing<AgentSessionView, AgentSessionSource>>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Sessions of all gateways' agents, the last active first, with filters; with q older ones are asked for at the gateway.");

        routes.MapGet(
                $"{prefix}/sessions/{{key}}",
                ([AsParameters] GatewayCallContext call, HttpRequest request, string key, string? gateway, CancellationToken stop) =>
                    AgentSessionDetail.AnswerAsync(call, RawPath.Segment(request, 0), gateway, stop))
            .Needs(Scope.Read).Produces<AgentSessionDetailView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One session by its key, percent-encoded, with its last messages, read now.");

        routes.MapGet(
                $"{prefix}/subagents",
                ([AsParameters] GatewayCallContext call, string? gateway, string? limit, string? cursor) => Subagents(call, gateway, limit, cursor))
            .Needs(Scope.Read).Produces<SourcedListing<SubagentView, SubagentSource>>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Runs of sub-agents of all gateways: stuck ones first, then running ones, then the newest.");

        routes.MapGet($"{prefix}/agents", ([AsParameters] GatewayCallContext call, string? gateway) => call.Answer(gateway, AgentsView.Of))
            .Needs(Scope.Read).Produces<MonitoredList<AgentsView>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The agents of each gateway with their sessions, last activity, cost and tokens.");

        routes.MapGet($"{prefix}/system", ([AsParameters] GatewayCallContext call, string? gateway) => call.Answer(gateway, GatewaySystemView.Of))
            .Needs(Scope.Read).Produces<MonitoredList<GatewaySystemView>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The process of each gateway and its machine, as the gateway sees them.");

        routes.MapGet(
                $"{prefix}/config", ([AsParameters] GatewayCallContext call, string? gateway) => call.Answer(gateway, GatewayConfigurationView.Of))
            .Needs(Scope.Read).Produces<MonitoredList<GatewayConfigurationView>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A closed list of each gateway's settings, without secrets.");
    }

    private static IResult Subagents(GatewayCallContext call, string? gateway, string? limit, string? cursor)
    {
        if (!Listing.TryPage(limit, cursor, out var count, out var problem) || !call.TryFind(gateway, out var gateways, out problem))
        {
            return problem;
        }

        var now = call.Clock.GetUtcNow();
        var (items, next) = Listing.Page(
            gateways.SelectMany(g => (SubagentSource.TasksOf(g) ?? []).Select(t => SubagentView.Of(g.Name, t, now)))
                .Select(v => (Key: v.SortKey(), View: v)).OrderBy(v => v.Key, StringComparer.Ordinal),
            v => v.Key, count, cursor);
        return TypedResults.Ok(new SourcedListing<SubagentView, SubagentSource>(
            [.. items.Select(i => i.View)], next, [.. gateways.Select(SubagentSource.Of)]));
    }
}
