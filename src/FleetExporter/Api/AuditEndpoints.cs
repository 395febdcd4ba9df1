using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>The audit.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/audit", async Task<IResult> (AuditLog audit, string? limit, string? cursor, CancellationToken stop) =>
            {
                if (!Listing.TryPage(limit, cursor, out var most, out var problem, AuditLog.IsCursor))
                {
                    return problem;
                }

                var page = await audit.ListAsync(most, cursor, stop).ConfigureAwait(false);
                return page.Success
                    ? TypedResults.Ok(new Listing<AuditView>([.. page.Value.Items.Select(AuditView.Of)], page.Value.NextCursor))
                    : Problem.Of(page.Error);
            })
            .Needs(Scope.Admin).Produces<Listing<AuditView>>()
            .WithSummary("Control calls, the latest first.");
}

/// <param name="At">When it began.</param>
/// <param name="Who">Name of the key; empty where it was wrong.</param>
/// <param name="Command">As it was given; null where none was.</param>
/// <param name="DurationMs">Null while no end of the call is known.</param>
internal sealed record AuditView(
    long Id, DateTimeOffset At, string Who, string Address, string Action, string? Target, string? Command, int? ExitCode, double? DurationMs,
    string Outcome)
{
    public static AuditView Of(AuditEntry e) => new(
        e.Id, e.At, e.Who, e.Address, e.Action, e.Target, e.Command, e.ExitCode,
        e.Outcome is AuditOutcome.Begun or AuditOutcome.Unknown ? null : e.Duration.TotalMilliseconds, Words.Of(e.Outcome));
}
