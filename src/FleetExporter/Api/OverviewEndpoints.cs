using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Api;

/// <summary>
/// The overview, and each of its parts at an endpoint of its own. Always 200; the field <c>status</c> has the state.
/// </summary>
internal static class OverviewEndpoints
{
    public static void MapOverview(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/overview", ([AsParameters] OverviewRequest request, string? fresh) =>
            request.AnswerAsync(fresh, PollScope.Both, (parts, elapsed) => parts.All(elapsed)))
            .WithSummary("All parts and the overall status. fresh=true polls first, for at most 5 s.").Needs(Scope.Read).Produces<OverviewView>();

        routes.MapGet("/api/gpu", ([AsParameters] OverviewRequest request, string? fresh, string? host, string? index) =>
                TryIndex(index, out var number)
                ? request.AnswerAsync(fresh, PollScope.Hosts, (parts, _) => parts.Gpu(host, number) switch
                {
                    GpuPart gpu => new GpuListPart(gpu, parts.AllGpus()),
                    var notConfigured => notConfigured,
                })
                : Task.FromResult<IResult>(Problem.Invalid("index", $"{Printable.Line(index!, 20)} is not a GPU index")))
            .WithSummary("The first remote GPU; host and index select another. gpus lists all.").Needs(Scope.Read).Produces<GpuListPart>();

        routes.MapGet("/api/local-gpu", ([AsParameters] OverviewRequest request, string? fresh) =>
            request.AnswerAsync(fresh, PollScope.Hosts, (parts, _) => parts.LocalGpu()))
            .WithSummary("The first GPU of the exporter's own machine.").Needs(Scope.Read).Produces<LocalGpuPart>();

        routes.MapGet("/api/provider", ([AsParameters] OverviewRequest request, string? fresh, string? provider) =>
            request.AnswerAsync(fresh, PollScope.Targets, (parts, _) => parts.Provider(provider)))
            .WithSummary("A model server: the named one, else the first without a unit, else the first.")
            .Needs(Scope.Read).Produces<ProviderPart>();

        routes.MapGet("/api/gateway", ([AsParameters] OverviewRequest request, string? fresh, string? gateway, string? limit) =>
                Listing.TryLimit(limit, out var sessions, out var problem, GatewayPart.DefaultSessions)
                    ? request.AnswerAsync(fresh, PollScope.Targets, (parts, _) => parts.Gateway(gateway, sessions))
                    : Task.FromResult<IResult>(problem))
            .WithSummary("An agent gateway: the named one, else the first. limit: maximum number of sessions, most recently active first; default 5.")
            .Needs(Scope.Read).Produces<GatewayPart>();

        routes.MapGet("/api/tunnel", ([AsParameters] OverviewRequest request, string? fresh, string? tunnel) =>
            request.AnswerAsync(fresh, PollScope.Both, (parts, _) => parts.Tunnel(tunnel)))
            .WithSummary("An SSH tunnel: the named one, else the one with the worst status.").Needs(Scope.Read).Produces<TunnelPart>();

        routes.MapGet("/api/multimodal", ([AsParameters] OverviewRequest request, string? fresh) =>
            request.AnswerAsync(fresh, PollScope.Targets, (parts, _) => parts.Multimodal()))
            .WithSummary("All AI services.").Needs(Scope.Read).Produces<MultimodalPart>();

        routes.MapGet("/api/heartbeat", ([AsParameters] OverviewRequest request, string? fresh, string? provider) =>
            request.AnswerAsync(fresh, PollScope.Both, (parts, _) => parts.Heartbeat(provider)))
            .WithSummary("A model server with the unit that runs it: the named one, else the first with a unit.")
            .Needs(Scope.Read).Produces<HeartbeatPart>();
    }

    private static bool TryIndex(string? text, out int? index)
    {
        var valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        index = valid ? number : null;
        return valid || text is null;
    }

    /// <summary>What <c>fresh=true</c> polls first.</summary>
    [Flags]
    internal enum PollScope
    {
        Hosts = 1,
        Targets = 2,
        Both = Hosts | Targets,
    }

    /// <summary>Services and context of a request, common to all endpoints.</summary>
    internal sealed record OverviewRequest(
        HttpContext Context, FleetState State, OverviewBuilder Overview, LiveConfig Config, TimeProvider Clock, Fleet Fleet, TargetSet Targets)
    {
        private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(5);

        public async Task<IResult> AnswerAsync(string? fresh, PollScope scope, Func<OverviewParts, Func<TimeSpan>, object> answer)
        {
            var started = Clock.GetTimestamp();
            if (!QueryFlag.TryRead(fresh, "fresh", out var poll, out var problem))
            {
                return problem;
            }

            if (poll == true)
            {
                await PollAsync(scope).ConfigureAwait(false);
            }

            try
            {
                return TypedResults.Ok(answer(Overview.Build(Config.Current), () => Clock.GetElapsedTime(started)));
            }
            catch (UnknownNameException unknown)
            {
                return Problem.NotFound(unknown.What, Printable.Line(unknown.Name, 100));
            }
        }

        /// <summary>Waits up to the timeout; what has not answered by then is shown with its last values.</summary>
        private async Task PollAsync(PollScope scope)
        {
            using var timeout = new CancellationTokenSource(PollTimeout, Clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Context.RequestAborted);
            var hosts = scope.HasFlag(PollScope.Hosts) ? State.Hosts.Select(h => (Task)Fleet.PollNowAsync(h.Host.Name, stop.Token)) : [];
            var targets = scope.HasFlag(PollScope.Targets) ? Targets.PollNowAsync(stop.Token) : Task.CompletedTask;
            await Task.WhenAll([.. hosts, targets]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
