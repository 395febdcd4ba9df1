using System.Net.ServerSentEvents;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;

namespace FleetExporter.Api.Resources;

/// <summary>Polls a target once and stores nothing: one that a body describes, or an existing one.</summary>
internal static class TargetTryEndpoint
{
    public static void MapTargetTry(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/targets/try", ([AsParameters] Call call) => call.RunAsync())
            .Needs(Scope.Admin).Audits(ControlAction.TargetTry).Takes<TargetForm>().Produces<TryView>()
            .WithSummary("Polls a target once without storing anything; the body as for POST, or kind and name of an existing one.");

    internal sealed record Call(HttpContext Context, TargetList Targets, TargetEdits Edits, TryTarget Tries)
    {
        /// <summary>Name of a target without one, in its steps.</summary>
        private const string NoName = "try";

        public async Task<IResult> RunAsync()
        {
            var (json, unreadable) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            if (json is not { } form)
            {
                return unreadable!;
            }

            var (body, errors) = TargetBody.Read(form, null);
            return body is null ? Problem.Unprocessable(errors)
                : await Context.AuditAsync(
                    new AuditDetails(Printable.Line($"{body.Kind!.Name} {body.Name}", 100)), () => RunAsync(body)).ConfigureAwait(false);
        }

        private async Task<IResult> RunAsync(TargetBody body)
        {
            var (target, problem) = await TargetOfAsync(body).ConfigureAwait(false);
            return target is null ? problem!
                : await Tries.RunAsync(target, Context.RequestAborted).ConfigureAwait(false) is { } steps ? Answer(steps)
                : Busy();
        }

        private async Task<(TargetConfig? Target, IResult? Problem)> TargetOfAsync(TargetBody body)
        {
            if (body is { HasSettings: false, Name: { } name })
            {
                var found = await Targets.ResolveAsync(body.Kind!.Name, name, Context.RequestAborted).ConfigureAwait(false);
                return !found.Success ? (null, Problem.Of(found.Error))
                    : found.Value.Target is { } existing ? (existing, null)
                    : (null, Problem.Of(409, "Not valid", $"{name} cannot be tried: {found.Value.Idle}."));
            }

            var (target, errors) = Edits.TargetOf(body, NoName);
            return (target, target is null ? Problem.Unprocessable(errors) : null);
        }

        private IResult Answer(IReadOnlyList<TryStep> steps)
        {
            var failed = steps.Count(s => s.Verdict == "failed");
            if (!Context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                return TypedResults.Ok(new TryView(failed == 0, failed, steps));
            }

            IEnumerable<SseItem<object>> events =
                [.. steps.Select(s => new SseItem<object>(s, "step")), new SseItem<object>(new TryEndView(failed == 0, failed), "done")];
            return TypedResults.ServerSentEvents(events.ToAsyncEnumerable());
        }

        private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Busy()
        {
            Context.Response.Headers.RetryAfter = "5";
            return Problem.Of(429, "Too many tries", FormattableString.Invariant($"At most {TryTarget.Max} targets are tried at once; try again."));
        }
    }
}

/// <param name="Ok">Whether no step failed.</param>
/// <param name="Failed">Number of failed steps.</param>
internal sealed record TryView(bool Ok, int Failed, IReadOnlyList<TryStep> Steps);

/// <summary>The end of a streamed try.</summary>
internal sealed record TryEndView(bool Ok, int Failed);
