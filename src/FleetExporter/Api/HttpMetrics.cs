using System.Diagnostics;
using System.Globalization;
using FleetExporter.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Prometheus;

namespace FleetExporter.Api;

/// <summary>
/// Counts and times HTTP requests by route template. Comes first in the pipeline: the route is read before an exception handler clears it, the status
/// after that handler has set it. Clients choose paths and methods, so what is not a route or a standard method counts as <c>other</c>.
/// </summary>
internal sealed class HttpMetrics : IMiddleware
{
    private const string Other = "other";

    private static readonly MetricFamily Requests = MetricFamily.Counter(
        "http_requests_received_total",
        "HTTP requests answered, by status code, method and route template; other where no route matched (files of the page, unknown paths) "
        + "or the method is unknown.",
        "code", "method", "endpoint");

    private static readonly MetricFamily Duration = MetricFamily.Histogram(
        "http_request_duration_seconds",
        "Duration of HTTP requests by method and route template; streams (server-sent events, WebSockets) are left out.",
        "method", "endpoint");

    private static readonly MetricFamily InProgress = MetricFamily.Gauge(
        "http_requests_in_progress", "HTTP requests being answered now, open streams included.");

    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Gauge _inProgress;

    public HttpMetrics(ServiceMetrics metrics)
    {
        _requests = metrics.Counter(Requests);
        _duration = metrics.Histogram(Duration, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60);
        _inProgress = metrics.Gauge(InProgress);
    }

    public static IReadOnlyList<MetricFamily> Families { get; } = [Requests, Duration, InProgress];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        var method = MethodOf(context.Request.Method);
        var endpoint = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? Other;
        _inProgress.Inc();
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            _inProgress.Dec();
            _requests.WithLabels(context.Response.StatusCode.ToString(CultureInfo.InvariantCulture), method, endpoint).Inc();
            if (!IsStream(context))
            {
                _duration.WithLabels(method, endpoint).Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }
    }

    private static string MethodOf(string method) =>
        HttpMethods.IsGet(method) ? HttpMethods.Get
        : HttpMethods.IsPost(method) ? HttpMethods.Post
        : HttpMethods.IsPut(method) ? HttpMethods.Put
        : HttpMethods.IsPatch(method) ? HttpMethods.Patch
        : HttpMethods.IsDelete(method) ? HttpMethods.Delete
        : HttpMethods.IsHead(method) ? HttpMethods.Head
        : HttpMethods.IsOptions(method) ? HttpMethods.Options
        : HttpMethods.IsConnect(method) ? HttpMethods.Connect
        : Other;

    private static bool IsStream(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || HttpMethods.IsConnect(context.Request.Method)   // a WebSocket over HTTP/2
        || context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;
}
