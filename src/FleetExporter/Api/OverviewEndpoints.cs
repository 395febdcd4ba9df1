using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>
/// The state of the whole in one answer, and of each part in one of its own. Always 200; the field <c>status</c> says how things are.
/// </summary>
internal static class OverviewEndpoints
{
    public static void MapOverview(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/overview", ([AsParameters] Asking ask, string? fresh) =>
            ask.AnswerAsync(fresh, Asked.Both, (parts, took) => parts.All(took)))
            .WithSummary("Every part and the overall status. fresh=true polls first, at most 5 s.").Needs(Scope.Read).Produces<OverviewView>();

        routes.MapGet("/api/gpu", ([AsParameters] Asking ask, string? fresh, string? host, string? index) => Index(index, out var number)
                ? ask.AnswerAsync(fresh, Asked.Hosts, (parts, _) => parts.Gpu(host, number) switch
                {
                    GpuPart gpu => new GpuAnswer(gpu, parts.AllGpus()),
                    var none => none,
                })
                : Task.FromResult<IResult>(Problem.Invalid("index", $"{Printable.Line(index!, 20)} is not the number of a GPU")))
            .WithSummary("The first remote GPU; host and index choose another. gpus holds all.").Needs(Scope.Read).Produces<GpuAnswer>();

        routes.MapGet("/api/local-gpu", ([AsParameters] Asking ask, string? fresh) =>
            ask.AnswerAsync(fresh, Asked.Hosts, (parts, _) => parts.LocalGpu()))
            .WithSummary("The first GPU of this machine.").Needs(Scope.Read).Produces<LocalGpuPart>();

        routes.MapGet("/api/provider", ([AsParameters] Asking ask, string? fresh, string? provider) =>
            ask.AnswerAsync(fresh, Asked.Targets, (parts, _) => parts.Provider(provider)))
            .WithSummary("A model server: the one named, else the first that no unit runs, else the first.")
            .Needs(Scope.Read).Produces<ProviderPart>();

        routes.MapGet("/api/gateway", ([AsParameters] Asking ask, string? fresh, string? gateway, string? limit) =>
                Listing.TryLimit(limit, out var sessions, out var problem, GatewayPart.UsualSessions)
                    ? ask.AnswerAsync(fresh, Asked.Targets, (parts, _) => parts.Gateway(gateway, sessions))
                    : Task.FromResult<IResult>(problem))
            .WithSummary("An agent gateway: the one named, else the first. limit: how many of its sessions, the last active first; 5 without it.")
            .Needs(Scope.Read).Produces<GatewayPart>();

        routes.MapGet("/api/tunnel", ([AsParameters] Asking ask, string? fresh, string? tunnel) =>
            ask.AnswerAsync(fresh, Asked.Both, (parts, _) => parts.Tunnel(tunnel)))
            .WithSummary("An SSH tunnel: the one named, else the worst.").Needs(Scope.Read).Produces<TunnelPart>();

        routes.MapGet("/api/multimodal", ([AsParameters] Asking ask, string? fresh) =>
            ask.AnswerAsync(fresh, Asked.Targets, (parts, _) => parts.Multimodal()))
            .WithSummary("All AI services.").Needs(Scope.Read).Produces<MultimodalPart>();

        routes.MapGet("/api/heartbeat", ([AsParameters] Asking ask, string? fresh, string? provider) =>
            ask.AnswerAsync(fresh, Asked.Both, (parts, _) => parts.Heartbeat(provider)))
            .WithSummary("A model server with the unit that runs it: the one named, else the first that has a unit.")
            .Needs(Scope.Read).Produces<HeartbeatPart>();
    }

    private static bool Index(string? text, out int? index)
    {
        var valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        index = valid ? number : null;
        return valid || text is null;
    }

    /// <summary>What a fresh answer polls first.</summary>
    [Flags]
    internal enum Asked
    {
        Hosts = 1,
        Targets = 2,
        Both = Hosts | Targets,
    }

    /// <summary>What every endpoint needs.</summary>
    internal sealed record Asking(
        HttpContext Context, FleetState State, OverviewBuilder Overview, LiveConfig Config, TimeProvider Clock, Fleet Fleet, TargetSet Targets)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        public async Task<IResult> AnswerAsync(string? fresh, Asked first, Func<OverviewParts, Func<TimeSpan>, object> answer)
        {
            var started = Clock.GetTimestamp();
            if (!QueryFlag.TryRead(fresh, "fresh", out var poll, out var problem))
            {
                return problem;
            }

            if (poll == true)
            {
                await PollAsync(first).ConfigureAwait(false);
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

        /// <summary>What has not answered by then is shown as it was known.</summary>
        private async Task PollAsync(Asked first)
        {
            using var enough = new CancellationTokenSource(Patience, Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, Context.RequestAborted);
            var hosts = first.HasFlag(Asked.Hosts) ? State.Hosts.Select(h => (Task)Fleet.PollNowAsync(h.Host.Name, either.Token)) : [];
            var targets = first.HasFlag(Asked.Targets) ? Targets.PollNowAsync(either.Token) : Task.CompletedTask;
            await Task.WhenAll([.. hosts, targets]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
