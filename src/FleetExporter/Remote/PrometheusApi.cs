using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>Queries the HTTP API of Prometheus.</summary>
internal static class PrometheusApi
{
    /// <summary>Bytes of an answer: enough for 11,000 points of five series of 16 GPUs.</summary>
    private const int MaxResponse = 32 * 1024 * 1024;

    /// <summary>Quotes a PromQL string literal.</summary>
    public static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>A range query. The caller limits the time.</summary>
    /// <param name="limit">After which Prometheus gives up; null for its own limit.</param>
    /// <exception cref="TargetFailureException">
    /// Unreachable or unavailable (dns, refused, timeout, tls), or an unusable answer (other reasons).
    /// </exception>
    public static async Task<IReadOnlyList<RangeSeries>> RangeAsync(
        ServerConfig prometheus, string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken stop, TimeSpan? limit = null)
    {
        using var http = new HttpPoll(await SecretFile.ReadAsync(prometheus.TokenFile, stop).ConfigureAwait(false));
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"{prometheus.Url.AbsoluteUri.TrimEnd('/')}/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Seconds(from):F3}&"
                + $"end={Seconds(to):F3}&step={step.TotalSeconds}{(limit is { } time ? $"&timeout={time.TotalSeconds:0}s" : "")}");
        var answer = await http.GetAsync(new Uri(url), MaxResponse, stop).ConfigureAwait(false);
        return answer.Status switch
        {
            200 or 400 or 422 => PrometheusRange.Parse(answer.Body),
            // Prometheus is starting, or a proxy in front of it reports it down.
            502 or 503 or 504 => throw new TargetFailureException(
                TargetFailure.Refused, $"{url[..url.IndexOf('?', StringComparison.Ordinal)]} answered {answer.Status}"),
            _ => throw new TargetFailureException(
                TargetFailure.Status, $"{url[..url.IndexOf('?', StringComparison.Ordinal)]} answered {answer.Status}"),
        };
    }

    /// <summary>Returns if the server responds to a request that needs no query, whatever its status.</summary>
    /// <exception cref="TargetFailureException">It does not respond, or not with HTTP; or its token cannot be read.</exception>
    public static async Task RespondsAsync(ServerConfig prometheus, CancellationToken stop)
    {
        using var http = new HttpPoll(await SecretFile.ReadAsync(prometheus.TokenFile, stop).ConfigureAwait(false));
        try
        {
            await http.GetAsync(new Uri($"{prometheus.Url.AbsoluteUri.TrimEnd('/')}/-/healthy"), HttpPoll.DefaultLimit, stop).ConfigureAwait(false);
        }
        catch (TargetFailureException e) when (e.Reason is TargetFailure.Auth or TargetFailure.Redirect or TargetFailure.TooLarge)
        {
            // A response, though not the expected one.
        }
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
