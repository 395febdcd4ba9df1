using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;
using FleetExporter.Targets;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Onboarding;

/// <summary>Polls a target once and stores nothing: one that a body describes, or an existing one.</summary>
internal static class TargetTryEndpoint
{
    public static void MapTargetTry(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/targets/try", ([AsParameters] Call call) => call.RunAsync())
            .Needs(Scope.Admin).Audits(ControlAction.TargetTry).Takes<TargetForm>().Produces<TryView>()
            .WithSummary("Polls a target once and stores nothing: a body as for POST, or kind and name of an existing one. Can stream its steps.");

    internal sealed record Call(
        HttpContext Context, TargetList Targets, TargetEdits Edits, ProbeSlots Slots, TimeProvider Clock, DeviceKey Device,
        IOptions<JsonOptions> Json)
    {
        /// <summary>Name of a target without one, which nothing shows.</summary>
        private const string NoName = "try";

        public async Task<IResult> RunAsync()
        {
            var (given, unreadable) = await TargetEndpoints.ReadAsync(Context, TargetBody.New).ConfigureAwait(false);
            if (given is null)
            {
                return unreadable!;
            }

            var (target, problem) = await TargetOfAsync(given).ConfigureAwait(false);
            if (target is null)
            {
                return problem!;
            }

            using var slot = Slots.TryTake();
            return slot is null ? ProbeEndpoints.Busy(Context)
                : await RunAsync(target, Printable.Line($"{given.Kind!.Name} {given.Name}", 100)).ConfigureAwait(false);
        }

        private async Task<(TargetConfig? Target, IResult? Problem)> TargetOfAsync(TargetChange given)
        {
            if (given is { Settings: null, Name: { } name })
            {
                var found = await Targets.ResolveAsync(given.Kind!.Name, name, Context.RequestAborted).ConfigureAwait(false);
                return !found.Success ? (null, Problem.Of(found.Error))
                    : found.Value.Target is { } existing ? (existing, null)
                    : (null, Problem.Of(409, "Not valid", $"{name} cannot be tried: {found.Value.Idle}."));
            }

            var (target, errors) = Edits.TargetOf(given, NoName);
            return (target, target is null ? Problem.Unprocessable(errors) : null);
        }

        private async Task<IResult> RunAsync(TargetConfig target, string name)
        {
            var call = Context.AuditedCall();
            await call.BeginAsync(new AuditDetails(name)).ConfigureAwait(false);
            var events = EventStream.IsWanted(Context.Request) ? new EventStream(Context.Response, Json.Value.SerializerOptions, Clock) : null;
            await using (events)
            {
                var checks = (await call.RunAsync(new AuditDetails(name), () => ProbeAsync(target, events)).ConfigureAwait(false)).Checks;
                if (events is null)
                {
                    return TypedResults.Ok(new TryView(checks.Failed == 0, checks.Failed, [.. checks.Ended.Select(StepView.Of)]));
                }

                await events.SendAsync("done", new ProbeEndView(checks.Failed == 0, checks.Failed)).ConfigureAwait(false);
                return TypedResults.Empty;
            }
        }

        private async Task<TryOutcome> ProbeAsync(TargetConfig target, EventStream? events)
        {
            var checks = new CheckList(events is null ? null : check => events.SendAsync("step", StepView.Of(check)));
            try
            {
                await new TargetProbe(target, TargetCatalog.All.First(c => c.Kind.Owns(target)), Clock, Device)
                    .RunAsync(checks, Context.RequestAborted).ConfigureAwait(false);
                return new TryOutcome(checks, AuditOutcome.Ok);
            }
            catch (OperationCanceledException) when (Context.RequestAborted.IsCancellationRequested)
            {
                return new TryOutcome(checks, AuditOutcome.Failed);
            }
        }
    }

    private sealed record TryOutcome(CheckList Checks, AuditOutcome Result) : ActionOutcome(Result);
}

/// <param name="Ok">Whether no step failed.</param>
/// <param name="Failed">Number of failed steps.</param>
internal sealed record TryView(bool Ok, int Failed, IReadOnlyList<StepView> Steps);
