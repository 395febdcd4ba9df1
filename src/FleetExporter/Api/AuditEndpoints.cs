using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Api;

/// <summary>The audit.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/audit", async Task<IResult> (AuditLog audit, string? limit, string? cursor, CancellationToken stop) =>
            {
                if (!Listing.TryPage(limit, cursor, out var count, out var problem, AuditLog.IsCursor))
                {
                    return problem;
                }

                var page = await audit.ListAsync(count, cursor, stop).ConfigureAwait(false);
                return page.Success
                    ? TypedResults.Ok(new Listing<AuditView>([.. page.Value.Items.Select(AuditView.Of)], page.Value.NextCursor))
                    : Problem.Of(page.Error);
            })
            .Needs(Scope.Admin).Produces<Listing<AuditView>>()
            .WithSummary("Audited calls, newest first.");
}

/// <param name="At">Start of the call.</param>
/// <param name="Who">Name of the key; empty for a wrong key.</param>
/// <param name="Command">As requested; null for calls without a command.</param>
/// <param name="DurationMs">Null while the end of the call is unknown.</param>
internal sealed record AuditView(
    long Id, DateTimeOffset At, string Who, string Address, string Action, string? Target, string? Command, int? ExitCode, double? DurationMs,
    string Outcome)
{
    public static AuditView Of(AuditEntry e) => new(
        e.Id, e.At, e.Who, e.Address, e.Action, e.Target, e.Command, e.ExitCode,
        e.Outcome is AuditOutcome.Begun or AuditOutcome.Unknown ? null : e.Duration.TotalMilliseconds, Words.Of(e.Outcome));
}
