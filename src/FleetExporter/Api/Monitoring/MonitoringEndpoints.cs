using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>The OpenClaw gateways and what their agents do. Read from memory, except where a route says otherwise.</summary>
internal static class MonitoringEndpoints
{
    public const string Prefix = "/api/monitoring";

    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Prefix}/gateways", ([AsParameters] GatewayCallContext call, string? gateway) =>
                call.Answer(gateway, g => GatewayStateView.Of(g, call.Links.Find<GatewayLink>(g.Name), call.State, call.Now)))
            .Needs(Scope.Read).Produces<MonitoredList<GatewayStateView>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("All gateways: state, versions, process, event loop, queues, channels, and what each of their methods answered.");

        routes.MapGet($"{Prefix}/events", ([AsParameters] AgentEventQuery query) => query.Answer())
            .Needs(Scope.Read).Produces<Listing<AgentEventView>>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The last events of all gateways' agents, newest first; /ws/agents has them as they happen.");

        routes.MapGatewayLogs();
    }
}

/// <param name="Items">By name of the gateway.</param>
internal sealed record MonitoredList<T>(IReadOnlyList<T> Items);

/// <summary>What routes about gateways need.</summary>
internal sealed record GatewayCallContext(FleetState State, TargetLinks Links, TimeProvider Clock)
{
    public Instant Now => Clock.Now();

    /// <summary>One view per gateway.</summary>
    /// <param name="gateway">Only this one; null for all.</param>
    public IResult Answer<T>(string? gateway, Func<MonitoredGateway, T> view)
    {
        var found = MonitoredGateway.All(State, Now).Where(g => gateway is null || g.Name == gateway).ToList();
        return gateway is not null && found.Count == 0
            ? Problem.NotFound("gateway", Printable.Line(gateway, 80))
            : TypedResults.Ok(new MonitoredList<T>([.. found.Select(view)]));
    }
}
