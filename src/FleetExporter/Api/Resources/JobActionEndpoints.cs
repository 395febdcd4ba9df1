using System.Globalization;
using FleetExporter.Access;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Training;
using FleetExporter.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Resources;

/// <summary>Jobs on their hosts: starting them in sessions, ending them, reading what they print.</summary>
internal static class JobActionEndpoints
{
    private const int UsualLines = 200;

    private const int MostLines = 2000;

    public static void MapJobActions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/jobs/{id}/start", ([AsParameters] Call call, string id) => call.StartAsync())
            .Needs(Scope.Control).Audits(ControlAction.JobStart).Produces<JobView>()
            .WithSummary("Runs the command of the job's config on the host of its project, in a tmux session of its own.");

        routes.MapPost("/api/dgx/jobs/{id}/cancel", ([AsParameters] Call call, string id, string? force) => call.CancelAsync(force))
            .Needs(Scope.Control).Audits(ControlAction.JobCancel).Produces<JobView>()
            .WithSummary("Ends a job with all that it has started, and looks whether it is gone; "
                + "with force=true it is cancelled even where its host does not do it.");

        routes.MapGet("/api/dgx/jobs/{id}/output", ([AsParameters] Call call, string id, string? lines) => call.OutputAsync(lines))
            .Needs(Scope.Control).Produces<JobOutputView>()
            .WithSummary("The last lines that a job has printed.");
    }

    internal sealed record Call(HttpContext Context, Jobs Jobs, JobRunner Runner)
    {
        public Task<IResult> StartAsync() => OnJobAsync(async job =>
        {
            var (command, errors) = JobCommand.Read(job.Config);
            if (job.Status == JobStatus.Pending && command is null)
            {
                return Problem.Unprocessable(errors);
            }

            var note = Context.Features.Get<CallNote>()!;
            note.Command = command?.Text;
            var isAdmin = Context.Caller().May(Scope.Admin);
            var started = await Runner.StartAsync(job.Id, command ?? new JobCommand("", null), isAdmin, note.BeginAsync).ConfigureAwait(false);
            return started.Success ? TypedResults.Ok(JobView.Of(started.Value)) : Problem.Of(started.Error);
        });

        public Task<IResult> CancelAsync(string? force)
        {
            if (!QueryFlag.TryRead(force, "force", out var isForced, out var problem))
            {
                return Task.FromResult(problem);
            }

            return OnJobAsync(
                async job =>
                {
                    var note = Context.Features.Get<CallNote>()!;
                    note.Command = isForced == true ? "force=true" : null;
                    var cancelled = await Runner.CancelAsync(job.Id, isForced == true, note.BeginAsync).ConfigureAwait(false);
                    return cancelled.Success ? TypedResults.Ok(JobView.Of(cancelled.Value)) : Problem.Of(cancelled.Error);
                },
                "; where it does not come back, cancel with ?force=true, which marks the job as cancelled and leaves on the host what runs there");
        }

        public Task<IResult> OutputAsync(string? lines)
        {
            var most = UsualLines;
            if (lines is not null
                && !(int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most is >= 1 and <= MostLines))
            {
                return Task.FromResult<IResult>(Problem.Invalid("lines", $"Give a number from 1 to {MostLines}."));
            }

            return OnJobAsync(async job =>
            {
                var output = await Runner.OutputAsync(job, most, Context.RequestAborted).ConfigureAwait(false);
                return output.Success ? TypedResults.Ok(JobOutputView.Of(job, output.Value)) : Problem.Of(output.Error);
            });
        }

        /// <param name="wayOut">What to do where the host never does it.</param>
        private async Task<IResult> OnJobAsync(Func<Job, Task<IResult>> act, string wayOut = "")
        {
            var found = await JobEndpoints.FindAsync(Context, Jobs, 1).ConfigureAwait(false);
            if (!found.Success)
            {
                return Problem.Of(found.Error);
            }

            try
            {
                return await act(found.Value).ConfigureAwait(false);
            }
            catch (CommandRefusedException e)
            {
                return e.Reason switch
                {
                    CommandRefusal.Forbidden => Problem.Of(403, "Not allowed on this host", e.Message),
                    CommandRefusal.NotWatched => Problem.Of(409, "The connection is not watched", e.Message + wayOut),
                    _ => Problem.Of(502, "The host is not connected", e.Message + wayOut),
                };
            }
            catch (JobHostException e)
            {
                return Problem.Of(e.OnHost ? 409 : 502, "The host did not do it", e.Message + wayOut);
            }
        }
    }
}
