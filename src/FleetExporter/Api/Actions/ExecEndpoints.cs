using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Actions;

/// <summary>Runs commands on hosts, subject to each host's policy.</summary>
internal static class ExecEndpoints
{
    public static void MapExec(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/exec/{id}", ([AsParameters] Call call, string id) => call.RunAsync(id))
            .Needs(Scope.Control).Audits(ControlAction.Exec).Takes<ExecBody>().Produces<ExecView>()
            .WithSummary("Runs a command on a host and returns its result; with Accept: text/event-stream, streams its output.");

        routes.MapDelete("/api/dgx/exec/{id}", async Task<IResult> (HttpContext context, CancelCommand cancel, string id) =>
                await cancel.CancelAsync(context.AuditedCall(), id).ConfigureAwait(false)
                    ? TypedResults.NoContent()
                    : Problem.NotFound("running command", Printable.Line(id, 64)))
            .Needs(Scope.Control).Audits(ControlAction.Cancel).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Cancels a running command and kills its processes.");

        routes.MapGet("/api/dgx/exec", (HttpContext context, RunningCommands commands, string? limit, string? cursor) =>
            {
                var caller = context.Caller();
                var mine = commands.Recent.Where(e => caller.May(Scope.Control) || (caller.Key is not null && e.Caller == caller.Name));
                return Listing.Of(mine.OrderBy(Order, StringComparer.Ordinal), Order, ExecEntryView.Of, limit, cursor);
            })
            .Needs(Scope.Read).Produces<Listing<ExecEntryView>>()
            .WithSummary("Running commands, then recently ended ones, newest first; without the control scope only the caller's own.");
    }

    private static string Order(CommandEntry e) =>
        string.Create(CultureInfo.InvariantCulture, $"{(e.Result is null ? 0 : 1)}-{long.MaxValue - e.Started.UtcTicks:D19}-{e.Id}");

    internal sealed record Call(HttpContext Context, RunCommand RunCommand, IOptions<JsonOptions> Json, TimeProvider Clock)
    {
        /// <param name="id">Connection id or name.</param>
        public async Task<IResult> RunAsync(string id)
        {
            var (body, problem) = await JsonBody.ReadAsync<ExecBody>(Context).ConfigureAwait(false);
            return body is null ? problem!
                : EventStream.IsWanted(Context.Request)
                    ? await StreamAsync(body.On(id)).ConfigureAwait(false)
                    : await AnswerAsync(body.On(id)).ConfigureAwait(false);
        }

        private async Task<IResult> AnswerAsync(RunCommandRequest request)
        {
            using var output = new ExecBuffer();
            var outcome = await RunCommand.RunAsync(
                Context.AuditedCall(), request, _ => ValueTask.CompletedTask, output.TakeAsync, Context.RequestAborted).ConfigureAwait(false);
            return outcome is RunCommandOutcome.Ended ended
                ? TypedResults.Ok(ExecView.Of(ExecEnd.Of(ended), output))
                : ProblemOf(outcome);
        }

        private async Task<IResult> StreamAsync(RunCommandRequest request)
        {
            var call = Context.AuditedCall();
            await using var stream = new ExecStream(Context.Response, Json.Value.SerializerOptions, Clock);
            var outcome = await RunCommand.RunAsync(call, request, stream.StartAsync, stream.TakeAsync, Context.RequestAborted).ConfigureAwait(false);
            if (!stream.HasStarted)
            {
                return ProblemOf(outcome);
            }

            if (call.AuditError is not null)
            {
                await stream.NotAuditedAsync().ConfigureAwait(false);
            }

            await (outcome switch
            {
                RunCommandOutcome.Ended ended => stream.EndAsync(ExecEnd.Of(ended)),
                RunCommandOutcome.Lost lost => stream.FailAsync(lost.Reason),
                RunCommandOutcome.NotStarted failed => stream.FailAsync(failed.Reason),
                _ => throw new InvalidOperationException($"A command that was started ended as {outcome.GetType().Name}."),
            }).ConfigureAwait(false);
            return TypedResults.Empty;
        }

        private IResult ProblemOf(RunCommandOutcome outcome) => outcome switch
        {
            RunCommandOutcome.NoConnection missing => Problem.Of(missing.Error),
            RunCommandOutcome.Invalid invalid => Problem.Unprocessable(invalid.Errors),
            RunCommandOutcome.Refused refused => ProblemOf(refused.Refusal),
            RunCommandOutcome.NotStarted failed => Problem.Of(502, "The host did not run the command", failed.Reason),
            RunCommandOutcome.Lost lost => Problem.Of(502, "The command did not finish", lost.Reason),
            _ => throw new InvalidOperationException($"{outcome.GetType().Name} is not a failure."),
        };

        private ProblemHttpResult ProblemOf(CommandRefusal refusal)
        {
            switch (refusal.Reason)
            {
                case RefusalReason.Forbidden:
                    return Problem.Of(403, "Not allowed on this host", refusal.Message);
                case RefusalReason.IdTaken:
                    return Problem.Of(409, "The exec_id is in use", refusal.Message);
                case RefusalReason.Busy:
                    Context.Response.Headers.RetryAfter = "5";
                    return Problem.Of(429, "Too many commands", refusal.Message);
                default:
                    return Problem.Of(502, "The host is not connected", refusal.Message);
            }
        }
    }
}
