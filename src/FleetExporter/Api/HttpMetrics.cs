using System.Diagnostics;
using System.Globalization;
using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Api;

/// <summary>
/// Counts and times HTTP requests by route template. First in the pipeline: it reads the route before the exception handler clears it, and the
/// status after that handler has set it. Clients choose paths and methods, so unknown ones count as <c>other</c>.
/// </summary>
internal sealed class HttpMetrics : IMiddleware
{
    private const string Other = "other";

    private static readonly MetricFamily Requests = MetricFamily.Counter(
        "http_requests_received_total",
        "HTTP requests answered, by status code, method and route template; other where no route matched (files of the web interface, unknown paths) "
        + "or the method is unknown.",
        "code", "method", "endpoint");

    private static readonly MetricFamily Duration = MetricFamily.Histogram(
        "http_request_duration_seconds",
        "Duration of HTTP requests by method and route template, without streams (server-sent events, WebSockets).",
        "method", "endpoint");

    private static readonly MetricFamily InProgress = MetricFamily.Gauge(
        "http_requests_in_progress", "HTTP requests in progress, including open streams.");

    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Gauge _inProgress;

    public HttpMetrics(ExporterMetrics metrics)
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
