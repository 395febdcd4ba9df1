using FleetExporter.Alerting;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Parsing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Alerts;

/// <summary>Lists and acknowledges firing alerts. An acknowledgement is a silence in Alertmanager.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", ListAsync)
            .Needs(Scope.Read).Produces<Listing<AlertView>>()
            .WithSummary("Firing alerts, most severe first, queried live from Alertmanager.");

        routes.MapPost("/api/alerts/{id}/ack", ([AsParameters] Call call, string id) => call.RunAsync(id, call.Alerts.AcknowledgeAsync))
            .Needs(Scope.Control).Audits(ControlAction.Acknowledge).Takes<AckBody>(isRequired: false).Produces<AlertView>()
            .WithSummary("Acknowledges an alert by silencing only that alert.");

        routes.MapDelete("/api/alerts/{id}/ack", ([AsParameters] Call call, string id) => call.RunAsync(id, call.Alerts.TakeBackAsync))
            .Needs(Scope.Control).Audits(ControlAction.Unacknowledge).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Removes the acknowledgement by expiring its silence.");
    }

    public static ProblemHttpResult ProblemOf(TargetFailureException failure, LiveConfig config)
    {
        var what = Printable.Line($"{Words.Of(failure.Reason)}: {failure.Message}", 400);
        return failure.Reason is TargetFailure.Dns or TargetFailure.Refused or TargetFailure.Timeout or TargetFailure.Tls
            ? Problem.Of(
                503, "Alertmanager cannot be reached",
                $"{what}. Start Alertmanager (make up does), or correct alertmanager.url in fleet.yml ({config.Current.Alertmanager.Url}).")
            : Problem.Of(
                502, "The request to Alertmanager failed",
                $"{what}. Check that alertmanager.url in fleet.yml ({config.Current.Alertmanager.Url}) is an Alertmanager.");
    }

    private static async Task<IResult> ListAsync(
        Alertmanager alertmanager, LiveConfig config, string? acknowledged, string? limit, string? cursor, CancellationToken stop)
    {
        if (!QueryFlag.TryRead(acknowledged, "acknowledged", out var wanted, out var problem))
        {
            return problem;
        }

        try
        {
            var alerts = await alertmanager.AlertsAsync(stop).ConfigureAwait(false);
            return Listing.Of(alerts.Where(a => wanted is null || a.Acknowledged == wanted), a => a.Order, a => a, limit, cursor);
        }
        catch (TargetFailureException failure)
        {
            return ProblemOf(failure, config);
        }
    }

    internal sealed record Call(HttpContext Context, AcknowledgeAlert Alerts, LiveConfig Config)
    {
        /// <param name="act">Acknowledges or unacknowledges.</param>
        public async Task<IResult> RunAsync(string id, Func<AuditedCall, string, Acknowledgement, CancellationToken, Task<AlertOutcome>> act)
        {
            var (body, problem) = await JsonBody.ReadAsync(Context, new AckBody(null, null)).ConfigureAwait(false);
            if (body is null)
            {
                var details = new AuditDetails(Printable.Line(id, 100));
                return await Context.AuditAsync(details, () => Task.FromResult<IResult>(problem!)).ConfigureAwait(false);
            }

            var acknowledgement = new Acknowledgement(body.Comment, body.Duration);
            return await act(Context.AuditedCall(), id, acknowledgement, Context.RequestAborted).ConfigureAwait(false) switch
            {
                AlertOutcome.Acknowledged acknowledged => TypedResults.Ok(acknowledged.Alert),
                AlertOutcome.TakenBack => TypedResults.NoContent(),
                AlertOutcome.NotAcknowledged { Wider: { } wider } => Problem.Of(
                    409, "Not acknowledged", $"The silence {wider.Id} covers more than this alert; end it in Alertmanager."),
                AlertOutcome.NotAcknowledged => Problem.Of(409, "Not acknowledged", "No silence covers this alert."),
                AlertOutcome.NotFiring => Problem.Of(404, "Unknown alert", "No firing alert has this id."),
                AlertOutcome.Invalid invalid => Problem.Unprocessable(invalid.Field, invalid.Message),
                AlertOutcome.AlertmanagerFailed failed => ProblemOf(failed.Failure, Config),
                var other => throw new InvalidOperationException($"{other.GetType().Name} has no response."),
            };
        }
    }
}

/// <param name="Comment">Up to 500 characters.</param>
/// <param name="Duration">1m to 30d; default 2h.</param>
internal sealed record AckBody(string? Comment, string? Duration);
