using FleetExporter.Access;
using FleetExporter.Alerting;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Parsing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Alerts;

/// <summary>What fires, and acknowledging it. Alertmanager keeps all of it: an acknowledgement is a silence there.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", ListAsync)
            .Needs(Scope.Read).Produces<Listing<AlertView>>()
            .WithSummary("What fires, the worst first. From Alertmanager, asked now.");

        routes.MapPost("/api/alerts/{id}/ack", ([AsParameters] AlertCall call, string id) => call.RunAsync(id, call.AcknowledgeAsync))
            .Needs(Scope.Control).Audits(ControlAction.Acknowledge).Takes<AckBody>(isRequired: false).Produces<AlertView>()
            .WithSummary("Acknowledges an alert: a silence over it and nothing else.");

        routes.MapDelete("/api/alerts/{id}/ack", ([AsParameters] AlertCall call, string id) => call.RunAsync(id, call.TakeBackAsync))
            .Needs(Scope.Control).Audits(ControlAction.Unacknowledge).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Takes the acknowledgement back: its silence ends.");
    }

    public static ProblemHttpResult ProblemOf(TargetFailureException failure, LiveConfig config)
    {
        var what = Printable.Line($"{Words.Of(failure.Reason)}: {failure.Message}", 400);
        return failure.Reason is TargetFailure.Dns or TargetFailure.Refused or TargetFailure.Timeout or TargetFailure.Tls
            ? Problem.Of(503, "Alertmanager cannot be reached", $"{what}. Start Alertmanager (make up does), or give alertmanager.url in fleet.yml; "
                + $"it is {config.Current.Alertmanager.Url}.")
            : Problem.Of(502, "Alertmanager did not do it", $"{what}. See whether alertmanager.url in fleet.yml, {config.Current.Alertmanager.Url}, "
                + "is an Alertmanager.");
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
}

/// <summary>A call that changes whether an alert is acknowledged.</summary>
internal sealed record AlertCall(HttpContext Context, Alertmanager Alertmanager, AlertWatch Watch, LiveConfig Config, TimeProvider Clock)
{
    private const int LongestComment = 500;

    private static readonly TimeSpan Usual = TimeSpan.FromHours(2);

    public async Task<IResult> RunAsync(string id, Func<AlertState, AckBody, Task<IResult>> act)
    {
        Context.Features.Get<CallNote>()!.Target = Printable.Line(id, 100);
        var (body, problem) = await JsonBody.ReadAsync(Context, new AckBody(null, null)).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        try
        {
            if (body.Mistake is { } mistake)
            {
                return Problem.Unprocessable(mistake.Field, mistake.Message);
            }

            var state = await Alertmanager.FindAsync(id, Context.RequestAborted).ConfigureAwait(false);
            if (state is null)
            {
                return Problem.Of(404, "Unknown alert", "No alert with this id fires now.");
            }

            Context.Features.Get<CallNote>()!.Target = Printable.Line($"{state.View.Name} {state.View.Host} {id}", 200);
            var result = await act(state, body).ConfigureAwait(false);
            Watch.Wake();
            return result;
        }
        catch (TargetFailureException failure)
        {
            return AlertEndpoints.ProblemOf(failure, Config);
        }
    }

    public async Task<IResult> AcknowledgeAsync(AlertState state, AckBody body)
    {
        var now = Clock.GetUtcNow();
        var until = now + (body.Time ?? Usual);
        var by = Context.Caller().Name;
        var comment = Printable.Line(body.Comment ?? "", LongestComment) is { Length: > 0 } given ? given : $"acknowledged by {by}";
        var silence = await Alertmanager.SilenceAsync(
            state.Alert, state.Exact.MaxBy(s => s.Until)?.Id, now, until, by, comment, Context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Ok(
            state.View with { Acknowledged = true, Silence = new SilenceView(Printable.Line(silence, 100), until, by, comment, Exact: true) });
    }

    public async Task<IResult> TakeBackAsync(AlertState state, AckBody body)
    {
        if (state.Exact.Count == 0)
        {
            return Problem.Of(409, "Not acknowledged", state.View.Silence is { } wide
                ? $"The silence {wide.Id} covers more than this alert; end it in Alertmanager."
                : "No silence covers this alert.");
        }

        foreach (var silence in state.Exact)
        {
            await Alertmanager.ExpireAsync(silence.Id, Context.RequestAborted).ConfigureAwait(false);
        }

        return TypedResults.NoContent();
    }
}

/// <param name="Comment">Up to 500 characters.</param>
/// <param name="Duration">1m to 30d; 2h where it is missing.</param>
internal sealed record AckBody(string? Comment, string? Duration)
{
    internal TimeSpan? Time => Duration is not null && Config.Duration.TryParse(Duration, out var time, out _) ? time : null;

    /// <summary>What is wrong with it; null when it is fine.</summary>
    internal (string Field, string Message)? Mistake =>
        Comment is { Length: > 500 } ? ("comment", "The comment is longer than 500 characters.")
        : Duration is null || (Time is { } time && time >= TimeSpan.FromMinutes(1) && time <= TimeSpan.FromDays(30)) ? null
        : ("duration", "Give a whole number and its unit from 1m to 30d, such as 30m, 2h or 7d.");
}
