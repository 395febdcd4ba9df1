using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;

namespace FleetExporter.Api;

/// <summary>All that is known of one host, and the journal of its units.</summary>
internal static class HostDetailEndpoints
{
    public static void MapHostDetail(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/hosts/{host}/detail", IResult (FleetState state, TimeProvider clock, string host) =>
                state.Find(host) is { } found ? TypedResults.Ok(HostDetailView.Of(found, clock.Now())) : Problem.NotFound("host", host))
            .Needs(Scope.Read).Produces<HostDetailView>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Memory, pressure, filesystems, network, temperatures, units, GPU details, collectors and recent failures of one host.");

        routes.MapGet("/api/hosts/{host}/units/{unit}/journal", JournalAsync)
            .Needs(Scope.Control).Audits(ControlAction.Journal).Produces<JournalView>()
            .WithSummary("The last 50 lines of the journal of a unit that fleet.yml names, read now by the login user; secrets are masked.");
    }

    private static async Task<IResult> JournalAsync(HttpContext context, ReadJournal journal, string host, string unit) =>
        await journal.ReadAsync(context.AuditedCall(), host, unit, context.RequestAborted).ConfigureAwait(false) switch
        {
            JournalOutcome.Read read => TypedResults.Ok(new JournalView(host, read.Unit.ToString(), read.Lines, read.Note)),
            JournalOutcome.UnknownHost => Problem.NotFound("host", host),
            JournalOutcome.UnknownUnit => Problem.NotFound("unit", unit),
            JournalOutcome.Busy => Problem.Of(429, "A journal of this host is being read", "Try again when it has arrived."),
            JournalOutcome.NotConnected refused => Problem.Of(502, "The host is not connected", refused.Reason),
            JournalOutcome.HostFailed failed => Problem.Of(502, "The journal could not be read", failed.Reason),
            var other => throw new InvalidOperationException($"{other.GetType().Name} has no response."),
        };
}

/// <param name="Lines">Oldest first.</param>
/// <param name="Note">Why lines may be missing; null where nothing says so.</param>
internal sealed record JournalView(string Host, string Unit, IReadOnlyList<string> Lines, string? Note);
