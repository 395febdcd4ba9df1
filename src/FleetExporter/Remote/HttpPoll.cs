using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text;
using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>One poll of a target over HTTP: one or more GETs over one connection, which is closed with it.</summary>
/// <remarks>
/// Uses no redirects, proxies or cookies.
/// The connection is closed after each poll, because an idle one occupies a thread of small servers (such as llama.cpp), is closed by most of them
/// between two polls, and hides a changed address or certificate.
/// </remarks>
/// <param name="key">Sent as a bearer token; null for none.</param>
/// <param name="refusesLinkLocal"><see cref="Config.TargetConfig.RefusesLinkLocal"/>.</param>
internal sealed class HttpPoll(string? key = null, bool refusesLinkLocal = false) : IDisposable
{
    /// <summary>Default maximum length of a body in bytes.</summary>
    public const int DefaultLimit = 1 << 20;

    internal static readonly string UserAgent = "FleetExporter/"
        + typeof(HttpPoll).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly HttpConnector _connector = new(refusesLinkLocal);
    private HttpMessageInvoker? _http;

    /// <summary>When the server's certificate expires; null without TLS and before the first connection.</summary>
    public DateTimeOffset? CertificateExpires => _connector.CertificateExpires;

    /// <summary>Sends a GET and reads the whole answer. The caller limits the time: for a target, its monitor.</summary>
    /// <param name="limit">Maximum length of the body in bytes.</param>
    /// <exception cref="TargetFailureException">
    /// No answer, a redirect, 401, 403, or a body over the limit.
    /// </exception>
    public Task<HttpAnswer> GetAsync(Uri url, int limit, CancellationToken stop) => SendAsync(HttpMethod.Get, url, null, limit, stop);

    /// <summary>Sends a request with an optional JSON body and reads the whole answer.</summary>
    /// <exception cref="TargetFailureException">As for a GET.</exception>
    public async Task<HttpAnswer> SendAsync(HttpMethod method, Uri url, string? json, int limit, CancellationToken stop)
    {
        _http ??= new HttpMessageInvoker(_connector.Handler());
        using var request = new HttpRequestMessage(method, url)
        {
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json")
        };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        var sentAt = Stopwatch.GetTimestamp();
        _connector.Begin(sentAt);
        try
        {
            using var response = await _http.SendAsync(request, stop).ConfigureAwait(false);
            var headersAt = Stopwatch.GetTimestamp();
            ThrowIfRejected(response, url);
            var body = await ReadAsync(response.Content, limit, stop).ConfigureAwait(false);
            return new HttpAnswer(
                (int)response.StatusCode, body, _connector.Times(firstByte: headersAt, end: Stopwatch.GetTimestamp()));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // A cancellation can surface as a broken connection.
            stop.ThrowIfCancellationRequested();
            throw HttpErrors.Of(e, url);
        }
    }

    public void Dispose() => _http?.Dispose();

    private static void ThrowIfRejected(HttpResponseMessage response, Uri url)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new TargetFailureException(TargetFailure.Auth, $"{status} from {url.AbsolutePath}: the key is missing or not accepted");
        }

        if (status is >= 300 and < 400 && response.Headers.NonValidated.TryGetValues("Location", out var locations))
        {
            throw new TargetFailureException(
                TargetFailure.Redirect, $"{status} redirects to {Printable.Line(locations.ToString(), 200)}, which is not followed");
        }
    }

    private static async Task<string> ReadAsync(HttpContent content, int limit, CancellationToken stop)
    {
        if (content.Headers.ContentLength > limit)
        {
            throw TooLarge();
        }

        using var body = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var stream = await content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            while (await stream.ReadAsync(buffer, stop).ConfigureAwait(false) is > 0 and var count)
            {
                body.Write(buffer, 0, count);
                if (body.Length > limit)
                {
                    throw TooLarge();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Encoding.UTF8.GetString(body.GetBuffer().AsSpan(0, (int)body.Length)).TrimStart('\uFEFF');

        TargetFailureException TooLarge() => new(TargetFailure.TooLarge, $"the answer exceeds {limit >> 10} KiB");
    }
}
