using System.Globalization;
using FleetExporter.Access;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling;
using FleetExporter.Remote;
using FleetExporter.Store;
using FleetExporter.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Actions;

/// <summary>Running commands on hosts, as each host's policy allows.</summary>
internal static class ExecEndpoints
{
    public static void MapExec(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/exec/{id}", ([AsParameters] Call call, string id) => call.RunAsync(id))
            .Needs(Scope.Control).Audits(ControlAction.Exec).Takes<ExecBody>().Produces<ExecView>()
            .WithSummary("Runs a command on a host and answers when it has ended; with Accept: text/event-stream as it happens.");

        routes.MapDelete("/api/dgx/exec/{id}", IResult (HttpContext context, CommandRunner runner, string id) =>
            {
                context.Features.Get<CallNote>()!.Target = Printable.Line(id, 64);
                return runner.Cancel(id) ? TypedResults.NoContent() : Problem.NotFound("running command", Printable.Line(id, 64));
            })
            .Needs(Scope.Control).Audits(ControlAction.Cancel).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Ends a command that runs, with all it has started.");

        routes.MapGet("/api/dgx/exec", (HttpContext context, CommandRunner runner, string? limit, string? cursor) =>
            {
                var caller = context.Caller();
                var mine = runner.Recent.Where(e => caller.May(Scope.Control) || (caller.Key is not null && e.Caller == caller.Name));
                return Listing.Of(mine.OrderBy(Order, StringComparer.Ordinal), Order, ExecEntryView.Of, limit, cursor);
            })
            .Needs(Scope.Read).Produces<Listing<ExecEntryView>>()
            .WithSummary("Commands that run, then the last that ended, of each the latest first; without the scope control only one's own.");
    }

    private static string Order(CommandEntry e) =>
        string.Create(CultureInfo.InvariantCulture, $"{(e.Result is null ? 0 : 1)}-{long.MaxValue - e.Started.UtcTicks:D19}-{e.Id}");

    internal sealed record Call(HttpContext Context, Watchlist Watchlist, CommandRunner Runner, IOptions<JsonOptions> Json, TimeProvider Clock)
    {
        /// <param name="id">Of a connection, or its name.</param>
        public async Task<IResult> RunAsync(string id)
        {
            var (body, problem) = await JsonBody.ReadAsync<ExecBody>(Context).ConfigureAwait(false);
            if (body is null)
            {
                return problem!;
            }

            var note = Context.Features.Get<CallNote>()!;
            note.Target = Printable.Line(id, 80);
            note.Command = body.Command;
            var (watched, unknown) = await Watchlist.ResolveAsync(id, Context.RequestAborted).ConfigureAwait(false);
            if (watched is null)
            {
                return unknown!;
            }

            note.Target = watched.Connection.Name;

            // By its id and once: under its name there may be another host by now, or still.
            if (Watchlist.AccessTo(watched.Connection.Id) is not { } access)
            {
                return Problem.Of(
                    502, "The host is not connected", $"{watched.Connection.Name} is not watched: {watched.Idle ?? "it is being connected"}.");
            }

            var (request, errors) = body.Check(access.Host.Exec.MaxTimeout);
            if (request is null)
            {
                return Problem.Unprocessable(errors);
            }

            var streams = Context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/event-stream");
            try
            {
                return streams
                    ? await StreamAsync(access, body.ExecId, request, note).ConfigureAwait(false)
                    : await AnswerAsync(access, body.ExecId, request, note).ConfigureAwait(false);
            }
            catch (CommandRefusedException e)
            {
                return Refused(e);
            }
            catch (StreamException e)
            {
                return Problem.Of(502, "The host did not run it", e.Message);
            }
        }

        private async Task<IResult> AnswerAsync(HostAccess access, string? id, CommandRequest request, CallNote note)
        {
            using var output = new ExecBuffer();
            var entry = await RunAsync(access, id, request, _ => new ValueTask(note.BeginAsync()), output.TakeAsync).ConfigureAwait(false);
            note.ExitCode = entry.Result!.ExitCode;
            return entry.Result.End is CommandEnd.Lost or CommandEnd.Refused
                ? Problem.Of(502, "The host did not run it to its end", entry.Result.Detail!)
                : TypedResults.Ok(ExecView.Of(ExecEnd.Of(entry), output));
        }

        private async Task<IResult> StreamAsync(HostAccess access, string? id, CommandRequest request, CallNote note)
        {
            await using var stream = new ExecStream(Context.Response, Json.Value.SerializerOptions, Clock);
            try
            {
                var entry = await RunAsync(access, id, request, StartAsync, stream.TakeAsync).ConfigureAwait(false);
                note.ExitCode = entry.Result!.ExitCode;
                if (entry.Result.Detail is { } detail)
                {
                    await FailAsync(detail).ConfigureAwait(false);
                }
                else
                {
                    await AuditAsync().ConfigureAwait(false);
                    await stream.EndAsync(ExecEnd.Of(entry)).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (Context.Response.HasStarted && e is StreamException)
            {
                await FailAsync(e.Message).ConfigureAwait(false);
            }

            return TypedResults.Empty;

            async ValueTask StartAsync(string execId)
            {
                await note.BeginAsync().ConfigureAwait(false);
                note.EndsLater = true;
                await stream.StartAsync(execId).ConfigureAwait(false);
            }

            async Task FailAsync(string message)
            {
                note.Outcome = AuditOutcome.Failed;
                await AuditAsync().ConfigureAwait(false);
                await stream.FailAsync(message).ConfigureAwait(false);
            }

            // Before the last event, so that who has it finds the row, or is told that there is none.
            async Task AuditAsync()
            {
                await note.EndAsync(Context.Response.StatusCode).ConfigureAwait(false);
                if (note.Error is not null)
                {
                    await stream.NotAuditedAsync().ConfigureAwait(false);
                }
            }
        }

        private Task<CommandEntry> RunAsync(
            HostAccess access, string? id, CommandRequest request, Func<string, ValueTask> started,
            Func<CommandOutput, ReadOnlyMemory<byte>, ValueTask> output)
        {
            var caller = Context.Caller();
            return Runner.RunAsync(access, caller.Name, caller.May(Scope.Admin), id, request, started, output, Context.RequestAborted);
        }

        private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Refused(CommandRefusedException e)
        {
            switch (e.Reason)
            {
                case CommandRefusal.Forbidden:
                    return Problem.Of(403, "Not allowed on this host", e.Message);
                case CommandRefusal.NotConnected:
                    return Problem.Of(502, "The host is not connected", e.Message);
                case CommandRefusal.TooLong:
                    return Problem.Unprocessable("timeout_seconds", e.Message);
                case CommandRefusal.IdTaken:
                    return Problem.Of(409, "The exec_id is taken", e.Message);
                default:
                    Context.Response.Headers.RetryAfter = 5.ToString(CultureInfo.InvariantCulture);
                    return Problem.Of(429, "Too many commands", e.Message);
            }
        }
    }
}
