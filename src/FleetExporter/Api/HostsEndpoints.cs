using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>Hosts, their tmux sessions, and the configuration.</summary>
internal static class HostsEndpoints
{
    private static readonly string[] SessionStatuses = ["active", "legacy"];

    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/hosts", (FleetState state, HostJson json, string? limit, string? cursor) =>
                Listing.Of(state.Hosts, h => h.Host.Name, json.Of, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<HostStateView>>()
            .WithSummary("All hosts with their current state.");

        routes.MapGet("/api/hosts/{host}", IResult (FleetState state, HostJson json, string host) =>
                state.Find(host) is { } found ? TypedResults.Ok(json.Of(found)) : Problem.NotFound("host", host))
            .Needs(Scope.Read).Produces<HostStateView>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One host with its current state.");

        routes.MapGet("/api/hosts/{host}/processes", ProcessesAsync)
            .Needs(Scope.Read).Produces<TopProcessesView>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The ten processes of a host that use the most CPU and the ten that use the most memory.");

        routes.MapGet("/api/sessions", (HostViews views, string? status, string? limit, string? cursor) =>
                status is not null && !SessionStatuses.Contains(status)
                    ? Problem.Invalid("status", $"{status} is not a status; use active or legacy")
                    : Listing.Of(views.Sessions().Where(s => status is null || s.Status == status), s => s.Id, s => s, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<SessionView>>()
            .WithSummary("The tmux sessions of all hosts; status=active or status=legacy filters them.");

        routes.MapGet("/api/sessions/{id}", Results<Ok<SessionView>, ProblemHttpResult> (HttpRequest request, HostViews views, string id) =>
                RawPath.Segment(request, 0) is var name && views.Sessions().FirstOrDefault(s => s.Id == name) is { } session
                    ? TypedResults.Ok(session)
                    : Problem.NotFound("session", id))
            .Needs(Scope.Read)
            .WithSummary("One tmux session by host:name or host:user/name, percent-encoded.");

        routes.MapGet("/api/config", (LiveConfig config) => TypedResults.Ok(ConfigView.Of(config.Current)))
            .Needs(Scope.Read)
            .WithSummary("The active configuration, without secrets.");
    }

    private static async Task<IResult> ProcessesAsync(FleetState state, Fleet fleet, TimeProvider clock, string host, CancellationToken stop)
    {
        await fleet.LookAtAsync(host, stop).ConfigureAwait(false);
        return state.Find(host) is { } found ? TypedResults.Ok(TopProcessesView.Of(found, clock.Now())) : Problem.NotFound("host", host);
    }
}
