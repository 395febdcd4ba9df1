using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Api;

/// <summary><c>/metrics</c> and <c>/probe</c>.</summary>
internal static class MetricsEndpoints
{
    /// <summary>Used when the request has no X-Prometheus-Scrape-Timeout-Seconds.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Part of the scrape timeout reserved for writing and transferring the page.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", async (HttpContext context, ExporterPage pages) =>
        {
            var format = FormatFor(context);
            await pages.WriteAllAsync(context.Response.BodyWriter, format, context.RequestAborted).ConfigureAwait(false);
        }).Needs(Scope.Read)
            .Produces<string>(contentType: "text/plain")
            .WithSummary("Metrics of all hosts, all targets and the service, for Prometheus. Never waits for a host.");

        routes.MapGet("/probe", async (HttpContext context, ExporterPage pages, FleetState state, Fleet fleet, string? target) =>
        {
            if (target is null or "")
            {
                await Problem.Invalid("target", "target is required: /probe?target=HOST").ExecuteAsync(context).ConfigureAwait(false);
                return;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(Timeout(context.Request));
            try
            {
                await fleet.PollNowAsync(target, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                // A host that does not answer is reported by samples, not by a failed scrape.
            }

            if (state.Find(target) is not { } host)
            {
                await Problem.NotFound("host", target).ExecuteAsync(context).ConfigureAwait(false);
                return;
            }

            var format = FormatFor(context);
            using var page = pages.Of(host);
            page.WriteTo(context.Response.BodyWriter, format);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }).Needs(Scope.Read)
            .Produces<string>(contentType: "text/plain").WithSummary("Metrics of one host, polled now, within X-Prometheus-Scrape-Timeout-Seconds.");
    }

    private static TimeSpan Timeout(HttpRequest request)
    {
        var scrapeTimeout = double.TryParse(
            request.Headers["X-Prometheus-Scrape-Timeout-Seconds"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and < 3600 ? TimeSpan.FromSeconds(seconds) : DefaultTimeout;
        return scrapeTimeout > 2 * Margin ? scrapeTimeout - Margin : scrapeTimeout / 2;
    }

    /// <summary>Negotiates the format and sets the response's content type to it.</summary>
    private static ExpositionFormat FormatFor(HttpContext context)
    {
        var accepted = context.Request.GetTypedHeaders().Accept.Select(a => (a.MediaType.Value ?? "", a.Quality ?? 1));
        var format = ExpositionFormat.Negotiate(accepted);
        context.Response.ContentType = format.ContentType;
        return format;
    }
}
