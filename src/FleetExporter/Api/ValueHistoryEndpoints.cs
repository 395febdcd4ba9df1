using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.History;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Api;

/// <summary>The history of hosts, GPUs and targets.</summary>
internal static class ValueHistoryEndpoints
{
    public static void MapValueHistory(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/history", ([AsParameters] Call call, [AsParameters] ValueHistoryQuery query) => call.RunAsync(query))
        .Needs(Scope.Read).Produces<ValueHistoryView>().ProducesValidationProblem().ProducesProblem(404)
        .WithSummary("One value of a host, GPU or target over time: minimum, average and maximum per step, from Prometheus or from memory.");

    internal sealed record Call(HttpContext Context, ValueHistory History, FleetState State, TimeProvider Clock)
    {
        public async Task<IResult> RunAsync(ValueHistoryQuery query)
        {
            var (request, errors) = query.Read(Clock.GetUtcNow());
            if (request is null)
            {
                return TypedResults.ValidationProblem(errors, title: "Invalid request");
            }

            var (subject, name) = (request.Subject, request.Subject.Name);
            if (subject.IsTarget ? State.FindTarget(name)?.Collector.Name != Words.Of(subject.Kind) : State.Find(name) is null)
            {
                return Problem.NotFound(subject.IsTarget ? Words.Of(subject.Kind) : "host", Printable.Line(name, 100));
            }

            return TypedResults.Ok(ValueHistoryView.Of(request, await History.ReadAsync(request, Context.RequestAborted).ConfigureAwait(false)));
        }
    }
}
