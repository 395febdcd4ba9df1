using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Streaming;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Logs;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Streaming;
using FleetExporter.Targets;
using FleetExporter.Views.Agents;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Monitoring;

/// <summary>The logs of the gateways, and the errors in them.</summary>
internal static class LogEndpoints
{
    public static void MapGatewayLogs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(
                $"{MonitoringEndpoints.Prefix}/logs",
                ([AsParameters] Call call, [AsParameters] LogFilter filter, string? gateway, string? limit, string? cursor) =>
                    call.ListAsync(gateway, filter, limit, cursor))
            .Needs(Scope.Read).TakesTicket().Produces<SourcedListing<LogLineView, MonitoredPart>>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The last lines of all gateways' logs, newest first; with Accept: text/event-stream, new lines as they are written.");

        routes.MapGet(
                $"{MonitoringEndpoints.Prefix}/errors", ([AsParameters] Call call, string? gateway, string? level) => call.Errors(gateway, level))
            .Needs(Scope.Read).Produces<SourcedListing<ErrorGroupView, MonitoredPart>>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Errors and warnings of all gateways' logs, grouped by what they say but for numbers and ids, newest first.");
    }

    internal sealed record Call(
        HttpContext Context, FleetState State, TargetLinks Links, StreamClients Clients, AuthenticationMiddleware Authentication, TimeProvider Clock,
        IOptions<JsonOptions> Json, IHostApplicationLifetime Life)
    {
        private const string Method = "logs.tail";

        /// <summary>Between two reads while a client follows.</summary>
        private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

        public async Task<IResult> ListAsync(string? gateway, LogFilter filter, string? limit, string? cursor)
        {
            var (accepts, problem) = gateway is not null && Watched(gateway).Count == 0
                ? (null, Problem.NotFound("gateway", Printable.Line(gateway, 80)))
                : filter.Compile();
            if (accepts is null)
            {
                return problem!;
            }

            if (EventStream.IsWanted(Context.Request))
            {
                return await FollowAsync(gateway, accepts).ConfigureAwait(false);
            }

            if (!Listing.TryLimit(limit, out var count, out problem))
            {
                return problem;
            }

            var (lines, next) = Listing.Page(
                Watched(gateway)
                    .SelectMany(g => g.Log.Since(0).Where(accepts).Select(l => (Key: NewestFirst.KeyOf(l.Time, g.Name, l.Number), g.Name, Line: l)))
                    .OrderBy(l => l.Key, StringComparer.Ordinal),
                l => l.Key, count, cursor);
            return TypedResults.Ok(new SourcedListing<LogLineView, MonitoredPart>(
                [.. lines.Select(l => LogLineView.Of(l.Name, l.Line))], next, Sources(gateway)));
        }

        public IResult Errors(string? gateway, string? level)
        {
            if (gateway is not null && Watched(gateway).Count == 0)
            {
                return Problem.NotFound("gateway", Printable.Line(gateway, 80));
            }

            string[] levels = [Words.Of(GatewayLogLevel.Warn), Words.Of(GatewayLogLevel.Error)];
            if (level is not null && !levels.Contains(level))
            {
                return Problem.Invalid("level", $"Give {string.Join(" or ", levels)}.");
            }

            var now = Clock.GetUtcNow();
            return TypedResults.Ok(new SourcedListing<ErrorGroupView, MonitoredPart>(
                [.. Watched(gateway).SelectMany(g => g.Log.Errors().Select(e => ErrorGroupView.Of(g.Name, e, now)))
                    .Where(e => level is null || e.Level == level).OrderByDescending(e => e.LastSeenAt)],
                null, Sources(gateway)));
        }

        private List<GatewayLink> Watched(string? gateway) => [.. Links.All<GatewayLink>().Where(g => gateway is null || g.Name == gateway)];

        private List<MonitoredPart> Sources(string? gateway) =>
            [.. MonitoredGateway.All(State, Clock.Now()).Where(g => gateway is null || g.Name == gateway).Select(g => g.PartOf(Method))];

        /// <summary>Sends lines as they arrive until the client goes.</summary>
        private async Task<IResult> FollowAsync(string? gateway, Func<NumberedLine, bool> accepts)
        {
            using var place = Clients.TryEnter("logs");
            if (place is null)
            {
                return GpuStreamEndpoint.TooMany(Context);
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(Context.RequestAborted, Life.ApplicationStopping);
            await using var events = new EventStream(Context.Response, Json.Value.SerializerOptions, Clock);
            var positions = Watched(gateway).ToDictionary(g => g, g => g.Log.Last);
            await events.SendAsync("following", new MonitoredNames([.. positions.Keys.Select(g => g.Name)])).ConfigureAwait(false);
            while (!ended.IsCancellationRequested && Authentication.StillMay(Context, Scope.Read))
            {
                foreach (var followed in Watched(gateway))
                {
                    await followed.RefreshLogAsync(ended.Token).ConfigureAwait(false);
                    foreach (var line in followed.Log.Since(positions.GetValueOrDefault(followed)))
                    {
                        positions[followed] = line.Number;
                        if (accepts(line))
                        {
                            await events.SendAsync("line", LogLineView.Of(followed.Name, line)).ConfigureAwait(false);
                        }
                    }
                }

                await Task.Delay(FollowInterval, Clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return TypedResults.Empty;
        }
    }
}

/// <summary>The gateways whose logs are followed.</summary>
internal sealed record MonitoredNames(IReadOnlyList<string> Gateways);
