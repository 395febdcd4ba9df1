using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Api;

/// <summary>History of GPUs from Prometheus.</summary>
internal static class HistoryEndpoints
{
    /// <summary>Prometheus' maximum number of points per series.</summary>
    private const int MaxPoints = 11_000;

    private const double MaxHours = 8760;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static void MapHistory(this IEndpointRouteBuilder routes) =>
        routes.MapGet(
                "/api/dgx/metrics/{id}/history", ([AsParameters] Call call, string id, string? hours, string? step) => call.RunAsync(id, hours, step))
            .Needs(Scope.Read).Produces<HistoryView>()
            .WithSummary("The GPUs of one connection over the last hours, from Prometheus.");

    /// <returns>The period and the step, or the errors in them.</returns>
    internal static (TimeSpan Time, TimeSpan Step, Dictionary<string, string[]> Errors) Read(string? hours, string? step)
    {
        var errors = new Dictionary<string, string[]>();
        var (length, width) = (6.0, TimeSpan.FromMinutes(1));
        if (hours is not null
            && !(double.TryParse(hours, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out length) && length is > 0 and <= MaxHours))
        {
            errors["hours"] = [$"Must be a number above 0 and up to {MaxHours}."];
        }

        if (step is not null && !(Duration.TryParse(step, out width, out _) && width >= TimeSpan.FromSeconds(1) && width <= TimeSpan.FromDays(1)))
        {
            errors["step"] = ["Must be a duration from 1s to 1d, such as 60s."];
        }

        var time = TimeSpan.FromHours(errors.ContainsKey("hours") ? 0 : length);
        if (errors.Count == 0 && time / width + 1 > MaxPoints)
        {
            errors["step"] = [string.Create(
                CultureInfo.InvariantCulture,
                $"More than {MaxPoints} points; use a step of at least {Math.Ceiling(time.TotalSeconds / (MaxPoints - 1))}s.")];
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
            using var limit = new CancellationTokenSource(Timeout, Clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Context.RequestAborted);
            try
            {
                var query = GpuRangeQuery.Query(connection.Name);
                var answer = await PrometheusApi.RangeAsync(prometheus, query, to - time, to, width, stop.Token).ConfigureAwait(false);
                return TypedResults.Ok(new HistoryView(connection.Id, to - time, to, width.TotalSeconds, GpuRangeQuery.Of(answer)));
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return Unavailable($"{prometheus.Url} did not answer within {Timeout.TotalSeconds:0} s");
            }
            catch (TargetFailureException e)
                when (e.Reason is TargetFailure.Dns or TargetFailure.Refused or TargetFailure.Timeout or TargetFailure.Tls)
            {
                return Unavailable($"{Words.Of(e.Reason)}: {e.Message}");
            }
            catch (TargetFailureException e)
            {
                return Problem.Of(502, "Prometheus did not answer the query", $"{Words.Of(e.Reason)}: {e.Message}");
            }
        }

        private static RetryLater Unavailable(string reason) =>
            new(Problem.Of(503, "Prometheus unavailable", $"{reason}. Start it, or correct prometheus.url in fleet.yml."));
    }
}
