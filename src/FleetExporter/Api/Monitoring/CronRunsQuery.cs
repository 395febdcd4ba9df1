using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
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

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    public required HttpContext Context { get; init; }

    public required FleetState State { get; init; }

    public required TargetLinks Links { get; init; }

    public required TimeProvider Clock { get; init; }

    public string? Gateway { get; init; }

    public async Task<IResult> AnswerAsync()
    {
        var id = RawPath.Segment(Context.Request, 1);
        var gateways = MonitoredGateway.All(State, Clock.Now()).Where(g => Gateway is null || g.Name == Gateway).ToList();
        if (Gateway is not null && gateways.Count == 0)
        {
            return Problem.NotFound("gateway", Printable.Line(Gateway, 80));
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
        using var timeout = new CancellationTokenSource(AnswerTimeout, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Context.RequestAborted);
        try
        {
            var link = Links.Find<GatewayLink>(gateway.Name)
                ?? throw new TargetFailureException(TargetFailure.Refused, "the gateway is not watched yet");
            var runs = await link.AskAsync(GatewayCall.CronRunsOf(id, MaxRuns), GatewayCronRuns.Parse, either.Token).ConfigureAwait(false);
            return TypedResults.Ok(new CronRunsView(
                gateway.Name, gateway.Snapshot.Target.Host, Clock.GetUtcNow(), id, CronOf(gateway, id)?.Name is { Length: > 0 } name ? name : null,
                JsonNumber.Whole(runs.Total), [.. runs.Of(id).Take(MaxRuns).Select(CronRunView.Of)]));
        }
        catch (OperationCanceledException) when (!Context.RequestAborted.IsCancellationRequested)
        {
            return NoAnswer(gateway, "timeout", $"no answer within {Duration.Format(AnswerTimeout)}");
        }
        catch (TargetFailureException e)
        {
            return NoAnswer(gateway, Words.Of(e.Reason), e.Message);
        }
        catch (FormatException e)
        {
            return NoAnswer(gateway, Words.Of(GatewayGap.UnknownShape), e.Message);
        }
        catch (GatewayErrorException e)
        {
            return NoAnswer(
                gateway, e.Error.IsUnknownMethod ? Words.Of(GatewayGap.Unsupported) : Words.Of(TargetFailure.ReportedError), e.Message);
        }
    }

    private static ProblemHttpResult NoAnswer(MonitoredGateway gateway, string reason, string message) =>
        Problem.Of(StatusCodes.Status502BadGateway, "The gateway did not answer", $"{gateway.Name}: {reason}: {Printable.Line(message, 300)}");
}
