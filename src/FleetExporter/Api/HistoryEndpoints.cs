using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>History, which Prometheus has.</summary>
internal static class HistoryEndpoints
{
    /// <summary>What Prometheus answers at most per series.</summary>
    private const int MostPoints = 11_000;

    private const double MostHours = 8760;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void MapHistory(this IEndpointRouteBuilder routes) =>
        routes.MapGet(
                "/api/dgx/metrics/{id}/history", ([AsParameters] Call call, string id, string? hours, string? step) => call.RunAsync(id, hours, step))
            .Needs(Scope.Read).Produces<HistoryView>()
            .WithSummary("The GPUs of one connection over the last hours, from Prometheus.");

    /// <returns>The time and the step, or what is wrong with them.</returns>
    internal static (TimeSpan Time, TimeSpan Step, Dictionary<string, string[]> Errors) Read(string? hours, string? step)
    {
        var errors = new Dictionary<string, string[]>();
        var (length, width) = (6.0, TimeSpan.FromMinutes(1));
        if (hours is not null
            && !(double.TryParse(hours, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out length) && length is > 0 and <= MostHours))
        {
            errors["hours"] = [$"Give a number above 0 and up to {MostHours}."];
        }

        if (step is not null && !(Duration.TryParse(step, out width, out _) && width >= TimeSpan.FromSeconds(1) && width <= TimeSpan.FromDays(1)))
        {
            errors["step"] = ["Give a duration from 1s to 1d, such as 60s."];
        }

        var time = TimeSpan.FromHours(errors.ContainsKey("hours") ? 0 : length);
        if (errors.Count == 0 && time / width + 1 > MostPoints)
        {
            var shortest = Math.Ceiling(time.TotalSeconds / (MostPoints - 1));
            errors["step"] =
            [
                string.Create(CultureInfo.InvariantCulture, $"That is more than {MostPoints} points; give a step of at least {shortest}s."),
            ];
        }

        return (time, width, errors);
    }

    internal sealed record Call(HttpContext Context, Watchlist Watchlist, LiveConfig Config, TimeProvider Clock)
    {
        public async Task<IResult> RunAsync(string id, string? hours, string? step)
        {
            var (time, width, errors) = Read(hours, step);
            if (errors.Count > 0)
            {
                return TypedResults.ValidationProblem(errors, title: "Invalid request");
            }

            var found = await Watchlist.ResolveAsync(id, Context.RequestAborted).ConfigureAwait(false);
            if (!found.Success)
            {
                return Problem.Of(found.Error);
            }

            var connection = found.Value.Connection;
            var prometheus = Config.Current.Prometheus;
            var to = DateTimeOffset.FromUnixTimeMilliseconds(Clock.GetUtcNow().ToUnixTimeMilliseconds());
            using var limit = new CancellationTokenSource(Patience, Clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Context.RequestAborted);
            try
            {
                var query = GpuHistory.Query(connection.Name);
                var answer = await PrometheusApi.RangeAsync(prometheus, query, to - time, to, width, stop.Token).ConfigureAwait(false);
                return TypedResults.Ok(new HistoryView(connection.Id, to - time, to, width.TotalSeconds, GpuHistory.Of(answer)));
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return Down($"{prometheus.Url} did not answer within {Patience.TotalSeconds:0} s");
            }
            catch (TargetFailureException e)
                when (e.Reason is TargetFailure.Dns or TargetFailure.Refused or TargetFailure.Timeout or TargetFailure.Tls)
            {
                return Down($"{Words.Of(e.Reason)}: {e.Message}");
            }
            catch (TargetFailureException e)
            {
                return Problem.Of(502, "Prometheus did not answer the query", $"{Words.Of(e.Reason)}: {e.Message}");
            }
        }

        private static RetryLater Down(string why) =>
            new(Problem.Of(503, "Prometheus is not there", $"{why}. Start it, or give the right prometheus.url in fleet.yml."));
    }
}
