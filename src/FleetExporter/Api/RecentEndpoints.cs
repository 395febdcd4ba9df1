using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.History;
using FleetExporter.Polling.Snapshots;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>Recent utilisation, for the sparklines of the web interface.</summary>
internal static class RecentEndpoints
{
    public static void MapRecent(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/recent", Results<Ok<RecentView>, ProblemHttpResult> (RecentValues recent, FleetState state, string? host) =>
                host is null || state.Find(host) is not null
                    ? TypedResults.Ok(RecentView.Of(RecentUse.Of(recent, host)))
                    : Problem.NotFound("host", host))
            .Needs(Scope.Read)
            .WithSummary("CPU and GPU utilisation over the last ten minutes, of all hosts or of one.");
}
