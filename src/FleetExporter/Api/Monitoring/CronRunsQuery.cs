using FleetExporter.Api.Http;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using FleetExporter.Views;
using FleetExporter.Views.Agents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Monitoring;

/// <summary>The last runs of one cron job.</summary>
/// <param name="At">When the gateway answered.</param>
/// <param name="Name">Null if unknown.</param>
/// <param name="Total">Runs on record at the gateway; null if it does not say.</param>
/// <param name="Items">Newest first.</param>
internal sealed record CronRunsView(
    string Gateway, string Host, DateTimeOffset At, string Id, string? Name, long? Total, IReadOnlyList<CronRunView> Items);

/// <summary>The parameters of <c>/api/monitoring/crons/{id}/runs</c>.</summary>
internal sealed record CronRunsQuery
{
    private const int MaxRuns = 100;

    public required HttpContext Context { get; init; }

    public required FleetState State { get; init; }

    public required TargetLinks Links { get; init; }

    public required TimeProvider Clock { get; init; }

    public string? Gateway { get; init; }

    private GatewayCallContext Call => new(State, Links, Clock);

    public async Task<IResult> AnswerAsync()
    {
        var id = RawPath.Segment(Context.Request, 1);
        if (!Call.TryFind(Gateway, out var gateways, out var problem))
        {
            return problem;
        }

        // A gateway that was named may be asked without a list of its jobs.
        var having = gateways.Where(g => CronOf(g, id) is not null || (Gateway is not null && g.Reading?.Crons is null)).ToList();
        return having switch
        {
            [] => Problem.NotFound("cron job", Printable.Line(id, 80)),
            [var gateway] => await AskAsync(gateway, id).ConfigureAwait(false),
            _ => Problem.Invalid("gateway", $"Several gateways have this cron job: {string.Join(", ", having.Select(g => g.Name))}. Give one."),
        };
    }

    private static GatewayCron? CronOf(MonitoredGateway gateway, string id) => gateway.Reading?.Crons?.Crons.FirstOrDefault(c => c.Id == id);

    private async Task<IResult> AskAsync(MonitoredGateway gateway, string id)
    {
        var answer = await Call
            .AskAsync(gateway.Name, GatewayCall.CronRunsOf(id, MaxRuns), GatewayCronRuns.Parse, Context.RequestAborted).ConfigureAwait(false);
        return answer.Value is { } runs
            ? TypedResults.Ok(new CronRunsView(
                gateway.Name, gateway.Snapshot.Target.Host, Clock.GetUtcNow(), id, CronOf(gateway, id)?.Name is { Length: > 0 } name ? name : null,
                JsonNumber.Whole(runs.Total), [.. runs.Of(id).Take(MaxRuns).Select(CronRunView.Of)]))
            : NoAnswer(gateway, answer.Reason!, answer.Message!);
    }

    private static ProblemHttpResult NoAnswer(MonitoredGateway gateway, string reason, string message) =>
        Problem.Of(StatusCodes.Status502BadGateway, "The gateway did not answer", $"{gateway.Name}: {reason}: {Printable.Line(message, 300)}");
}
