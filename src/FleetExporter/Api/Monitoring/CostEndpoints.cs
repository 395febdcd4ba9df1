using FleetExporter.Api.Access;
using FleetExporter.Config;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>What the agents of all gateways cost, their models, and their cron jobs.</summary>
internal static class CostEndpoints
{
    public static void MapCosts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{MonitoringEndpoints.Prefix}/costs", ([AsParameters] GatewayCallContext call, string? gateway) =>
                call.Answer(gateway, MonitoredCosts.Of))
            .Needs(Scope.Read).Produces<MonitoredList<MonitoredCosts>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What the agents of all gateways cost: by window, model, agent, cron job and day, and the projected month.");

        routes.MapGet($"{MonitoringEndpoints.Prefix}/tokens", ([AsParameters] GatewayCallContext call, string? gateway) =>
                call.Answer(gateway, MonitoredTokens.Of))
            .Needs(Scope.Read).Produces<MonitoredList<MonitoredTokens>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Calls, tokens and cost of all gateways by model and window, and those of sub-agents alone.");

        routes.MapGet($"{MonitoringEndpoints.Prefix}/crons", ([AsParameters] CronQuery query) => query.Answer())
            .Needs(Scope.Read).Produces<SourcedListing<CronView, CronSource>>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The cron jobs of all gateways: failing ones first, then overdue ones, then by next run.");

        routes.MapGet($"{MonitoringEndpoints.Prefix}/crons/{{id}}/runs", ([AsParameters] CronRunsQuery query) => query.AnswerAsync())
            .Needs(Scope.Read).Produces<CronRunsView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status502BadGateway)
            .WithSummary("The last 100 runs of a cron job, read from its gateway now.");
    }
}
