using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Onboarding;

/// <summary>Tests a host step by step, before or after it is added.</summary>
internal static class ProbeEndpoints
{
    /// <summary>Of a probe, and of fetching a host key.</summary>
    internal static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    public static void MapProbe(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/dgx/probe", ([AsParameters] Call call) => call.RunAsync())
            .Needs(Scope.Admin).Audits(ControlAction.Probe).Takes<ProbeBody>().Produces<ProbeView>()
            .WithSummary("Tests a host step by step; with Accept: text/event-stream, streams the steps.");

    /// <summary>429 if all slots are taken.</summary>
    internal static IResult Busy(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return Problem.Of(
            429, "Too many probes",
            string.Create(CultureInfo.InvariantCulture, $"At most {ProbeSlots.Max} hosts and targets are tested at once; try again."));
    }

    internal sealed record Call(
        HttpContext Context, Watchlist Watchlist, LiveConfig Config, ProbeSlots Slots, Func<HostConfig, IShell> Shells, TimeProvider Clock,
        IOptions<JsonOptions> Json)
    {
        public async Task<IResult> RunAsync()
        {
            var (body, problem) = await HostBody.ReadAsync(Context, Watchlist, Config.Current).ConfigureAwait(false);
            if (body is null)
            {
                return problem!;
            }

            using var slot = Slots.TryTake();
            if (slot is null)
            {
                return Busy(Context);
            }

            var call = Context.AuditedCall();
            var details = new AuditDetails(Printable.Line(body.Name, 80));
            await call.BeginAsync(details).ConfigureAwait(false);
            var events = EventStream.IsWanted(Context.Request) ? new EventStream(Context.Response, Json.Value.SerializerOptions, Clock) : null;
            await using (events)
            {
                // Strict also where host_keys is accept_new: a probe writes nothing.
                var host = body.Host with { Ssh = body.Host.Ssh with { HostKeys = HostKeyPolicy.Strict } };
                var outcome = await call.RunAsync(details, () => ProbeAsync(host, events)).ConfigureAwait(false);
                if (events is null)
                {
                    return TypedResults.Ok(outcome.View);
                }

                await events.SendAsync("done", new ProbeEndView(outcome.View.Ok, outcome.View.Failed)).ConfigureAwait(false);
                return TypedResults.Empty;
            }
        }

        private async Task<ProbeOutcome> ProbeAsync(HostConfig host, EventStream? events)
        {
            var checks = new CheckList(events is null ? null : check => events.SendAsync("step", StepView.Of(check)));
            using var limit = new CancellationTokenSource(TimeLimit, Clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Context.RequestAborted);
            HostKeyView? key = null;
            try
            {
                await new HostProbe(host, Shells(host), Clock).RunAsync(checks, stop.Token).ConfigureAwait(false);
                key = await UnknownKeyOfAsync(host, checks, stop.Token).ConfigureAwait(false);
                if (key is not null && events is not null)
                {
                    await events.SendAsync("host_key", key).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await checks.EndAsync(new Check(
                    "time limit", Verdict.Failed, "timeout", $"the test did not end within {TimeLimit.TotalSeconds:0} s",
                    "Something on the host answers too slowly: see the step before.")).ConfigureAwait(false);
            }

            var view = new ProbeView(checks.Failed == 0, checks.Failed, key, [.. checks.Ended.Select(StepView.Of)]);
            return new ProbeOutcome(view, Context.RequestAborted.IsCancellationRequested);
        }

        private async Task<HostKeyView?> UnknownKeyOfAsync(HostConfig host, CheckList checks, CancellationToken stop)
        {
            var isUnknown = checks.Ended.Any(c => c.Name == HostProbe.HostKey && c.Reason == Words.Of(SshFailure.HostkeyUnknown));
            if (!isUnknown || host.Address is not { } address)
            {
                return null;
            }

            try
            {
                var known = new KnownHosts(host.Ssh.KnownHosts);
                var key = await PresentedKey.FetchAsync(address, host.Ssh, known, Clock, stop).ConfigureAwait(false);
                return key is null ? null : HostKeyView.Of(key);
            }
            catch (Exception e) when (e is StreamException or IOException or UnauthorizedAccessException)
            {
                // The step of the host key names the problem.
                return null;
            }
        }
    }

    /// <param name="IsAborted">The client closed the request.</param>
    private sealed record ProbeOutcome(ProbeView View, bool IsAborted) : ActionOutcome(IsAborted ? AuditOutcome.Failed : AuditOutcome.Ok);
}
