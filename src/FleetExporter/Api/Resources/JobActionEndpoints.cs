using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Control.Training;

namespace FleetExporter.Api.Resources;

/// <summary>Starts jobs in tmux sessions, cancels them, and reads their output.</summary>
internal static class JobActionEndpoints
{
    private const int DefaultLines = 200;

    private const int MaxLines = 2000;

    public static void MapJobActions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/jobs/{id}/start", ([AsParameters] Call call, string id) => call.StartAsync())
            .Needs(Scope.Control).Audits(ControlAction.JobStart).Produces<JobView>()
            .WithSummary("Starts a job: runs its configured command on its project's host, in a new tmux session.");

        routes.MapPost("/api/dgx/jobs/{id}/cancel", ([AsParameters] Call call, string id, string? force) => call.CancelAsync(force))
            .Needs(Scope.Control).Audits(ControlAction.JobCancel).Produces<JobView>()
            .WithSummary(
                "Cancels a job: kills its processes and verifies that they ended; "
                + "force=true marks it cancelled even if the host fails to do so.");

        routes.MapGet("/api/dgx/jobs/{id}/output", ([AsParameters] Call call, string id, string? lines) => call.OutputAsync(lines))
            .Needs(Scope.Control).Produces<JobOutputView>()
            .WithSummary("The last output lines of a job.");
    }

    internal sealed record Call(HttpContext Context, StartJob Start, CancelJob Cancel, ReadJobOutput Output)
    {
        /// <summary>Added to errors of a failed cancel.</summary>
        private const string ForceHint =
            "; if the host does not come back, cancel with ?force=true, which marks the job as cancelled and leaves its processes on the host";

        private string Key => RawPath.Segment(Context.Request, 1);

        public async Task<IResult> StartAsync() =>
            ResultOf(await Start.StartAsync(Context.AuditedCall(), Key, Context.RequestAborted).ConfigureAwait(false));

        public async Task<IResult> CancelAsync(string? force) =>
            !QueryFlag.TryRead(force, "force", out var isForced, out var problem) ? problem
            : ResultOf(
                await Cancel.CancelAsync(Context.AuditedCall(), Key, isForced == true, Context.RequestAborted).ConfigureAwait(false), ForceHint);

        public async Task<IResult> OutputAsync(string? lines)
        {
            var count = DefaultLines;
            var isValid = lines is null
                || (int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxLines);
            return isValid
                ? ResultOf(await Output.ReadAsync(Key, count, Context.RequestAborted).ConfigureAwait(false))
                : Problem.Invalid("lines", $"Must be a number from 1 to {MaxLines}.");
        }

        /// <param name="hint">Advice if the host keeps failing.</param>
        private static IResult ResultOf(JobOutcome outcome, string hint = "") => outcome switch
        {
            JobOutcome.Done done => TypedResults.Ok(JobView.Of(done.Job)),
            JobOutcome.Output output => TypedResults.Ok(JobOutputView.Of(output.Job, output.Text)),
            JobOutcome.InvalidConfig invalid => Problem.Unprocessable(invalid.Errors),
            JobOutcome.StoreFailed failed => Problem.Of(failed.Error),
            JobOutcome.Refused { Refusal: var refusal } => refusal.Reason switch
            {
                RefusalReason.Forbidden => Problem.Of(403, "Not allowed on this host", refusal.Message),
                RefusalReason.NotWatched => Problem.Of(409, "The connection is not watched", refusal.Message + hint),
                _ => Problem.Of(502, "The host is not connected", refusal.Message + hint),
            },
            JobOutcome.HostFailed failed => Problem.Of(failed.OnHost ? 409 : 502, "The call failed on the host", failed.Reason + hint),
            _ => throw new InvalidOperationException($"{outcome.GetType().Name} has no response."),
        };
    }
}
